from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.devtools import Fixture, FixtureError, FixtureMeta, FixtureResponse
from engine.devtools.opening import NotRunnable, read_payload, read_script
from engine.devtools.subjects import INTEGRATION_ID, TOKEN
from engine.model.json import JsonObject
from tests.engine.devtools.local import Local

INCOMING: JsonObject = {"type": "webhook-incoming", "channel": "#ci, @ann", "alias": "CI", "emoji": ":gear:"}
OUTGOING: JsonObject = {"type": "webhook-outgoing", "urls": ["https://ci.example.org/build"], "channel": "#ci"}
SHOUT = "def process_incoming(request):\n    return request['content']['text'].upper()\n"
PASS_ON = "def prepare_outgoing_request(request):\n    return request\n"
REPLY = "def process_outgoing_response(request, response):\n    return response['content_raw']\n"
HELLO = Fixture("hello", b'{"text": "hello"}')
EVENT = Fixture("event", b'{"text": "hi", "channel_id": "GENERAL", "channel_name": "general"}')


def answering(status: int = 200, body: bytes = b"fine", content_type: str = "text/plain") -> Fixture:
    return Fixture("event", EVENT.payload, response=FixtureResponse(status, {"content-type": content_type}, body))


def refused(local: Local, source: str, record: JsonObject | None = None, hook: str | None = None) -> list[str]:
    with pytest.raises(NotRunnable) as error:
        local.open(source, record, hook)
    return list(error.value.lines)


# incoming


def test_what_is_posted_has_the_face_and_the_channels_of_the_integration(local: Local) -> None:
    ran = local.ran(SHOUT, HELLO, INCOMING)
    (message,) = ran.messages
    assert message["text"] == "HELLO"
    assert (message["alias"], message["emoji"], message["channel"]) == ("CI", ":gear:", ["#ci", "@ann"])
    assert ran.answer == {"status": 200, "body": {"success": True}}
    assert [report.hook for report in ran.reports] == ["process_incoming"]
    assert ran.failure is None


def test_a_hook_gets_what_the_server_gives_it(local: Local) -> None:
    source = "def process_incoming(request):\n    return {'response': request}\n"
    meta = FixtureMeta(
        headers={"content-type": "application/json", "x-event": "push"},
        query={"a": "1", "b": ["2", "ü"]},
        user={"_id": "u1", "username": "ann", "name": "Ann"},
    )
    ran = local.ran(source, Fixture("hello", HELLO.payload, meta), INCOMING)
    assert ran.answer is not None
    path = f"/hooks/{INTEGRATION_ID}/{TOKEN}"
    assert ran.answer["body"] == {
        "content": {"text": "hello"},
        "body": {"text": "hello"},
        "content_raw": '{"text": "hello"}',
        "headers": {"content-type": "application/json", "x-event": "push"},
        "method": "POST",
        "url": {
            "hash": "",
            "search": "?a=1&b=2&b=%C3%BC",
            "query": {"a": "1", "b": ["2", "ü"]},
            "pathname": path,
            "path": path + "?a=1&b=2&b=%C3%BC",
        },
        "url_raw": path + "?a=1&b=2&b=%C3%BC",
        "url_params": {"integrationId": INTEGRATION_ID, "token": TOKEN, "userId": None},
        "user": {"_id": "u1", "name": "Ann", "username": "ann"},
        "integration": {"_id": INTEGRATION_ID, "name": "Script", "channel": ["#ci", "@ann"], "alias": "CI"},
        "success": True,
    }


def test_a_form_arrives_as_its_fields(local: Local) -> None:
    meta = FixtureMeta(headers={"content-type": "application/x-www-form-urlencoded"})
    assert local.ran(SHOUT, Fixture("form", b"text=a+b&x=1", meta)).messages[0]["text"] == "A B"


def test_the_clock_stands_where_the_payload_says(local: Local) -> None:
    source = "import time\ndef process_incoming(request):\n    return str(time.time())\n"
    meta = FixtureMeta(now=datetime(2026, 5, 4, tzinfo=UTC))
    assert local.ran(source, Fixture("hello", b"{}", meta)).messages[0]["text"] == "1777852800.0"


@pytest.mark.parametrize(
    ("returned", "answer"),
    [
        ("None", {"status": 200, "body": {"success": True}}),
        ("{'response': {'challenge': 7}}", {"status": 200, "body": {"challenge": 7, "success": True}}),
        ("{'content': {'text': ' '}}", {"status": 200, "body": {"success": True}}),
    ],
)
def test_a_hook_may_post_nothing(local: Local, returned: str, answer: JsonObject) -> None:
    ran = local.ran(f"def process_incoming(request):\n    return {returned}\n", HELLO)
    assert (ran.messages, ran.answer, ran.failure, ran.refused) == ((), answer, None, False)


def test_a_script_that_says_no_has_not_failed(local: Local) -> None:
    ran = local.ran("def process_incoming(request):\n    return {'error': 'bad signature'}\n", HELLO)
    assert ran.refused
    assert ran.failure is None
    assert ran.answer == {"status": 400, "body": {"error": "bad signature", "success": False}}


def test_a_script_that_raises_has_the_line_and_what_it_printed(local: Local) -> None:
    ran = local.ran("def process_incoming(request):\n    print('here')\n    return 1 / 0\n", HELLO)
    assert ran.failure is not None
    assert (ran.failure.kind, ran.failure.line) == ("raised", 3)
    assert ran.reports[0].log == ({"level": "print", "text": "here"},)
    assert ran.outcome(outgoing=False)["error"] == {
        "kind": "raised",
        "line": 3,
        "message": "ZeroDivisionError: division by zero",
    }
    assert ran.answer == {"status": 400, "body": {"success": False, "error": "error-running-script"}}


def test_a_message_that_cannot_be_posted_is_a_failure_with_the_reason(local: Local) -> None:
    ran = local.ran("def process_incoming(request):\n    return 'x' * 5001\n", HELLO)
    assert ran.failure is not None
    assert ran.failure.message == (
        "The message cannot be posted: error-message-size-exceeded "
        "(text has 5001 characters, 1 more than the 5000 it may have)"
    )
    assert ran.answer == {"status": 400, "body": {"success": False, "error": "error-message-size-exceeded"}}


def test_another_channel_needs_the_setting_where_the_author_wrote_settings(local: Local) -> None:
    source = "def process_incoming(request):\n    return {'content': {'text': 'x', 'channel': '#other'}}\n"
    assert local.ran(source, HELLO).messages[0]["channel"] == ["#other"]
    allowed: JsonObject = {**INCOMING, "overrideDestinationChannelEnabled": True}
    assert local.ran(source, HELLO, allowed).messages[0]["channel"] == ["#other"]
    ran = local.ran(source, HELLO, INCOMING)
    assert ran.failure is not None
    assert "overriding destination channel is disabled" in ran.failure.message


@pytest.mark.parametrize(
    ("returned", "payload", "note"),
    [
        ("{'content': {'text': 'x', 'colour': 1}}", b"{}", "left out, since messages have no such fields: colour"),
        (
            "{'content': 'x', 'user': {'username': 'ann'}}",
            b"{}",
            "posted as ann, if that user is there and the integration's creator may do so",
        ),
    ],
)
def test_what_an_author_should_know_is_noted(local: Local, returned: str, payload: bytes, note: str) -> None:
    ran = local.ran(f"def process_incoming(request):\n    return {returned}\n", Fixture("p", payload))
    assert ran.notes == (note,)


@pytest.mark.parametrize(
    ("charset", "steps"),
    [
        ("utf-8", ("request-received", "execute-script-before-running-process_incoming", "body-counts-as-empty")),
        ("koi8-r", ("request-received", "body-counts-as-empty")),
    ],
)
def test_a_payload_that_is_no_json_is_told_as_the_history_tells_it(
    local: Local, charset: str, steps: tuple[str, ...]
) -> None:
    fixture = Fixture("p", b"{nope", FixtureMeta(headers={"content-type": f"application/json; charset={charset}"}))
    ran = local.ran("def process_incoming(request):\n    return str(request['content'])\n", fixture)
    [note] = ran.notes
    assert note.startswith("content is {}, and the text is content_raw: the body is not JSON: ")
    assert ran.trace[: len(steps)] == steps
    assert [message["text"] for message in ran.messages] == ["{}"]


# outgoing


def test_the_request_that_is_sent_is_shown_and_its_answer_handled(local: Local) -> None:
    ran = local.ran(PASS_ON + REPLY, answering(), OUTGOING)
    assert ran.request is not None
    assert (ran.request["method"], ran.request["url"]) == ("POST", "https://ci.example.org/build")
    assert ran.request["data"] == {"text": "hi", "channel_id": "GENERAL", "channel_name": "general"}
    assert [message["text"] for message in ran.messages] == ["fine"]
    assert ran.messages[0]["channel"] == ["#general"]
    assert [report.hook for report in ran.reports] == ["prepare_outgoing_request", "process_outgoing_response"]


def test_a_message_may_go_before_the_request(local: Local) -> None:
    source = "def prepare_outgoing_request(request):\n    return {**request, 'message': 'asking'}\n" + REPLY
    ran = local.ran(source, answering(), {**OUTGOING, "targetRoom": "#builds"})
    assert [(message["text"], message["channel"]) for message in ran.messages] == [
        ("asking", ["#builds"]),
        ("fine", ["#builds"]),
    ]
    assert ran.announced


def test_a_hook_that_returns_no_url_answers_by_itself(local: Local) -> None:
    ran = local.ran("def prepare_outgoing_request(request):\n    return {'message': 'hi'}\n", EVENT)
    assert ran.request is None
    assert [message["text"] for message in ran.messages] == ["hi"]


def test_a_changed_request_that_is_not_returned_is_noted(local: Local) -> None:
    ran = local.ran("def prepare_outgoing_request(request):\n    request['url'] = 'x'\n", EVENT)
    assert ran.request is None
    assert ran.notes == (
        "prepare_outgoing_request changed its request but returned nothing: end it with `return request`",
    )


def test_without_a_hook_for_the_answer_its_own_text_is_posted(local: Local) -> None:
    ran = local.ran(PASS_ON, answering(body=b'{"text": "built"}', content_type="application/json"))
    assert [message["text"] for message in ran.messages] == ["built"]


@pytest.mark.parametrize(
    ("status", "note"),
    [
        (503, "the answer would be asked for again, by retryFailedCalls, retryCount and retryDelay"),
        (404, "the answer ends the delivery as failed"),
        (410, "the answer ends the delivery and disables the integration"),
    ],
)
def test_an_answer_that_is_no_success_is_left_to_the_rules(local: Local, status: int, note: str) -> None:
    ran = local.ran(PASS_ON, answering(status, b'{"text": "no"}', "application/json"))
    assert ran.messages == ()
    assert ran.notes == (note,)


def test_a_receiver_that_does_not_answer_is_told_to_the_hook(local: Local) -> None:
    source = "def process_outgoing_response(request, response):\n    return response['error']['kind']\n"
    silent = FixtureResponse(0, error={"kind": "timeout", "message": "20 s"})
    assert local.ran(source, Fixture("event", EVENT.payload, response=silent)).messages[0]["text"] == "timeout"
    odd = FixtureResponse(0, error={"kind": "bored", "message": "20 s"})
    with pytest.raises(FixtureError, match="is bored; known are timeout, "):
        local.ran(source, Fixture("event", EVENT.payload, response=odd))


def test_a_hook_for_the_answer_without_an_answer_is_noted(local: Local) -> None:
    ran = local.ran(PASS_ON + REPLY, EVENT)
    assert ran.notes == (
        (
            "process_outgoing_response was not called: write what the receiver answers into event.response.json or "
            ".response.toml, beside the payload"
        ),
    )


def test_one_hook_alone_is_run_when_it_is_asked_for(local: Local) -> None:
    both = PASS_ON + REPLY
    prepared = local.ran(both, answering(), hook="prepare_outgoing_request")
    assert [report.hook for report in prepared.reports] == ["prepare_outgoing_request"]
    processed = local.ran(both, answering(), hook="process_outgoing_response")
    assert [report.hook for report in processed.reports] == ["process_outgoing_response"]
    with pytest.raises(FixtureError, match="event.response.json or .response.toml: is missing beside the payload"):
        local.ran(both, EVENT, hook="process_outgoing_response")


def test_the_data_of_an_event_is_an_object(local: Local) -> None:
    with pytest.raises(FixtureError, match="must be a JSON object: the `data` of the event"):
        local.ran(PASS_ON, Fixture("event", b"[]"))


def test_a_failure_of_either_hook_ends_the_run(local: Local) -> None:
    for source in (
        "def prepare_outgoing_request(request):\n    return 1\n",
        PASS_ON + REPLY.replace("return", "raise"),
    ):
        ran = local.ran(source, answering())
        assert ran.failure is not None
        assert ran.messages == ()


# opening


def test_a_script_of_both_kinds_is_taken_as_incoming_unless_a_hook_is_named(local: Local) -> None:
    both = SHOUT + PASS_ON
    assert local.ran(both, EVENT).messages[0]["text"] == "HI"
    assert local.ran(both, EVENT, hook="prepare_outgoing_request").request is not None
    assert local.ran(both, EVENT, OUTGOING).request is not None


def test_a_script_that_does_not_compile_is_shown_where(local: Local) -> None:
    assert refused(local, "import os\ndef process_incoming(request):\n\treturn open('ü').x\n") == [
        *refused(local, "import os\ndef process_incoming(request): pass\n"),
        "mine.py:3:9: open() is not available: scripts have no files.",
        "    \treturn open('ü').x",
        "    \t       ^^^^",
        "    Use io.StringIO for text in memory.",
    ]


def test_a_script_that_does_not_load_is_shown_in_the_authors_file(local: Local) -> None:
    assert refused(local, "x = {}\nx['a']\ndef process_incoming(request): pass\n") == [
        "Traceback (most recent call last):",
        '  File "mine.py", line 2, in <module>',
        "    x['a']",
        "KeyError: 'a'",
    ]


@pytest.mark.parametrize(
    ("source", "record", "hook", "said"),
    [
        (
            "def helper(): pass\n",
            None,
            None,
            (
                "mine.py: The script of an incoming integration must define `def process_incoming(request)`; "
                "it defines no hook."
            ),
        ),
        (
            SHOUT,
            OUTGOING,
            None,
            (
                "mine.py: The script of an outgoing integration must define `def prepare_outgoing_request(request)` or "
                "`def process_outgoing_response(request, response)`; it defines process_incoming."
            ),
        ),
        (
            SHOUT,
            INCOMING,
            "prepare_outgoing_request",
            (
                "mine.py: integration.toml makes it incoming, which never calls prepare_outgoing_request; "
                "leave --hook out."
            ),
        ),
        (
            PASS_ON,
            None,
            "process_outgoing_response",
            "mine.py has no process_outgoing_response; it defines prepare_outgoing_request.",
        ),
        (
            SHOUT,
            None,
            "incoming",
            (
                "There is no hook incoming. Choose process_incoming, prepare_outgoing_request or "
                "process_outgoing_response."
            ),
        ),
    ],
)
def test_a_hook_that_is_not_there_is_said(
    local: Local, source: str, record: JsonObject | None, hook: str | None, said: str
) -> None:
    assert refused(local, source, record, hook) == [said]


def test_settings_that_the_server_would_refuse_are_said_with_their_file(local: Local) -> None:
    with pytest.raises(FixtureError, match="integration.toml: is no integration: .*additional properties"):
        local.open(SHOUT, {**INCOMING, "colour": "red"})
    with pytest.raises(FixtureError, match="integration.toml: is no integration: .*error-invalid-channel"):
        local.open(SHOUT, {**INCOMING, "channel": "ci"})


def test_files_that_cannot_be_read_are_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "payloads").mkdir()
    (tmp_path / "payloads/push.json").write_text("{}")
    (tmp_path / "payloads/push.response.json").write_text("{}")
    with pytest.raises(FixtureError) as error:
        read_payload(tmp_path / "psh.json")
    assert str(error.value) == f"{tmp_path}/psh.json: is not there; there are {tmp_path}/payloads/push.json"
    with pytest.raises(FixtureError, match="is a folder; name the script in it, as in .*/script.py"):
        read_script(tmp_path)
    with pytest.raises(FixtureError, match="cannot be read: No such file or directory"):
        read_script(tmp_path / "script.py")


def test_a_script_is_read_with_the_settings_beside_it(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SHOUT)
    assert read_script(tmp_path / "mine.py") == (SHOUT, None)
    (tmp_path / "integration.toml").write_text('type = "webhook-incoming"\nchannel = "#ci"\n')
    assert read_script(tmp_path / "mine.py") == (SHOUT, {"type": "webhook-incoming", "channel": "#ci"})


@pytest.mark.parametrize("returned", ["{'uri': 'https://x.example', 'method': 'POST'}", "{'url': 'https://x.example'}"])
def test_a_request_that_goes_nowhere_says_why(local: Local, returned: str) -> None:
    ran = local.ran(f"def prepare_outgoing_request(request):\n    return {returned}\n", HELLO, OUTGOING)
    assert ran.request is None
    assert ran.notes[0].startswith(
        "nothing is sent, since prepare_outgoing_request returned a dict without url or without"
    )


def test_who_answers_by_itself_needs_no_reason(local: Local) -> None:
    ran = local.ran("def prepare_outgoing_request(request):\n    return {'message': 'x'}\n", HELLO, OUTGOING)
    assert (len(ran.messages), ran.notes) == (1, ())
