"""`/hooks` as its senders and authors meet it: the contract's table of `process_incoming`, bodies, order of checks."""

import json
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from api.ratelimit import Allowance
from engine import history, incoming
from tests.api.hooks import Hook, returning
from tests.api.servers import Running

POSTED = {
    "text": ("'hi'", "hi"),
    "content": ("{'content': {'text': 'hi'}}", "hi"),
    "content as text": ("{'content': 'hi'}", "hi"),
    "attachments alone": ("{'content': {'attachments': [{'text': 'a', 'fallback': 'f'}]}}", "f"),
}
NOTHING = ("None", "False", "''", "{}", "{'content': {}}", "{'content': {'text': ' '}}", "{'response': {'ok': 1}}")
FAILED = {
    "bare text": ("{'text': 'hi'}", "you returned a dict with the keys text"),
    "zero": ("0", "you returned 0"),
    "list": ("[]", "you returned a list of 0"),
    "content None": ("{'content': None}", "'content' must be a dict or text; you returned None"),
    "content zero": ("{'content': 0}", "'content' must be a dict or text; you returned 0"),
    "response text": ("{'content': {'text': 'a'}, 'response': 'b'}", "'response' must be a dict"),
    "a set": ("{1}", "result is a set: write sorted(...) or list(...)"),
}


@pytest.mark.parametrize(("value", "text"), POSTED.values(), ids=POSTED.keys())
def test_what_a_script_returns_is_posted(server: Running, value: str, text: str) -> None:
    hook = Hook(server, returning(value))
    answer = hook.post(json={})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert hook.texts() == [text]
    [run] = hook.runs()
    assert answer.headers["x-hookcell-run"] == run["run"] and run["state"] == "finished"
    assert run["log"][0]["text"] == "called" and run["receipt"][0]["wallUs"] > 0


@pytest.mark.parametrize("value", NOTHING)
def test_nothing_is_posted_and_the_sender_is_told_it_went_well(server: Running, value: str) -> None:
    hook = Hook(server, returning(value))
    answer = hook.post(json={})
    assert answer.status_code == 200 and answer.json()["success"] is True
    assert hook.texts() == []
    assert hook.runs()[0]["step"] == "nothing-to-post"


@pytest.mark.parametrize(("value", "advice"), FAILED.values(), ids=FAILED.keys())
def test_a_result_that_means_nothing_fails_and_says_what_to_return(server: Running, value: str, advice: str) -> None:
    hook = Hook(server, returning(value))
    answer = hook.post(json={})
    assert (answer.status_code, answer.json()) == (400, {"success": False, "error": "error-running-script"})
    assert hook.texts() == []
    [run] = hook.runs()
    assert run["state"] == "failed" and run["failure"]["kind"] == "bad-result"
    assert advice in run["failure"]["message"]


def test_a_response_goes_to_the_sender_with_success(server: Running) -> None:
    hook = Hook(server, returning("{'content': {'text': 'x'}, 'response': {'challenge': 'abc'}}"))
    assert hook.post(json={}).json() == {"challenge": "abc", "success": True}
    assert hook.texts() == ["x"]


def test_a_script_that_says_no_refuses_with_its_own_words(server: Running) -> None:
    text = Hook(server, returning("{'error': 'no such project'}"))
    answer = text.post(json={})
    assert (answer.status_code, answer.json()) == (400, {"success": False, "error": "no such project"})
    whole = Hook(server, returning("{'error': {'code': 7, 'success': True}}"))
    answer = whole.post(json={})
    assert (answer.status_code, answer.json()) == (400, {"success": False, "code": 7})
    assert whole.runs()[0]["state"] == "refused" and whole.texts() == []


def test_a_script_that_raises_is_an_error_to_the_sender_and_a_line_to_its_author(server: Running) -> None:
    hook = Hook(server, "def process_incoming(request):\n    return request['content']['missing']\n")
    answer = hook.post(json={})
    assert (answer.status_code, answer.json()) == (400, {"success": False, "error": "error-running-script"})
    [run] = hook.runs()
    assert run["failure"]["line"] == 2 and run["failure"]["message"] == "KeyError: 'missing'"
    assert run["errorStack"].endswith("    return request['content']['missing']\nKeyError: 'missing'")
    assert run["step"] == "execute-script-error-running-process_incoming" and run["error"] is True


def test_a_broken_script_fails_closed(server: Running) -> None:
    for script in ("def process_incoming(request)\n    return 1\n", "x = 1\n", "1 / 0\n" + returning("'a'")):
        hook = Hook(server, script)
        assert hook.record["scriptError"]["message"]
        assert "scriptCompiled" not in hook.record
        answer = hook.post(json={"text": "raw"})
        assert (answer.status_code, answer.json()) == (400, {"success": False, "error": "error-evaluating-script"})
        assert hook.texts() == [] and hook.runs()[0]["step"] == "execute-script-getting-script"


def test_without_a_script_the_body_is_posted(server: Running) -> None:
    hook = Hook(server, alias="CI", emoji=":robot:")
    hook.post(json={"text": "plain", "attachments": [{"color": "#f00", "text": "t", "unknown": 1}]})
    [message] = hook.messages()
    assert (message["msg"], message["alias"], message["emoji"]) == ("plain", "CI", ":robot:")
    assert message["attachments"] == [{"color": "#f00", "text": "t"}]
    assert message["bot"] == {"i": hook.record["_id"]}
    assert any(step["name"] == "fields-dropped" for step in hook.runs()[0]["steps"])


def test_the_message_of_the_body_beats_the_configuration(server: Running) -> None:
    hook = Hook(server, alias="CI", avatar="https://a.example/x.png")
    hook.post(json={"text": "t", "username": "Bot", "icon_emoji": ":ghost:"})
    [message] = hook.messages()
    assert message["alias"] == "Bot" and message["emoji"] == ":ghost:" and "avatar" not in message


BODIES = {
    "JSON": ({"json": {"text": "t"}}, "t"),
    "a form's payload": ({"data": {"payload": '{"text": "t"}'}}, "t"),
    "a form": ({"data": {"text": "t", "other": "x"}}, "t"),
    "curl --data '{...}'": (
        {"content": b'{"text": "a=b&c 1+1=2 %25"}', "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        "a=b&c 1+1=2 %25",
    ),
    "a payload that is no JSON": ({"data": {"payload": "oops", "text": "t"}}, "t"),
    "an array": ({"json": [1]}, None),
    "broken JSON": ({"content": b"{oops", "headers": {"Content-Type": "application/json"}}, None),
    "text": ({"content": b"t", "headers": {"Content-Type": "text/plain"}}, None),
}


@pytest.mark.parametrize(("sent", "text"), BODIES.values(), ids=BODIES.keys())
def test_bodies_without_a_script(server: Running, sent: dict[str, Any], text: str | None) -> None:
    hook = Hook(server)
    assert hook.post(**sent).status_code == 200
    assert hook.texts() == ([] if text is None else [text])


def test_a_forms_payload_must_be_an_object(server: Running) -> None:
    answer = Hook(server).post(data={"payload": "[1]"})
    assert answer.status_code == 400
    assert answer.json()["error"] == "Integration payload must be a JSON object, not an array or primitive"


def test_the_request_a_script_is_given(server: Running) -> None:
    hook = Hook(server, "def process_incoming(request):\n    return {'response': {'request': request}}\n")
    user = server.admin.get("/api/v1/me").json()["_id"]
    path = hook.path.rsplit("/", 1)[0] + f"/{user}/{hook.record['token']}"
    answer = server.client.post(path + "?a=1&a=2&b=%C3%BC", content=b'{"n": [1]}', headers=[("X-A", "1"), ("X-A", "2")])
    request = answer.json()["request"]
    assert request["content_raw"] == '{"n": [1]}' and request["content"] == {}
    assert request["headers"]["x-a"] == "1, 2" and request["method"] == "POST"
    assert request["url"] == {
        "hash": "",
        "search": "?a=1&a=2&b=%C3%BC",
        "query": {"a": ["1", "2"], "b": "ü"},
        "pathname": path,
        "path": path + "?a=1&a=2&b=%C3%BC",
    }
    assert request["url_raw"] == path + "?a=1&a=2&b=%C3%BC"
    assert request["url_params"] == {"integrationId": hook.record["_id"], "token": hook.record["token"], "userId": user}
    assert request["user"] == {"_id": "rocket.cat", "name": "Rocket.Cat", "username": "rocket.cat"}
    assert request["integration"] == {
        "_id": hook.record["_id"],
        "name": hook.room,
        "channel": [f"#{hook.room}"],
        "alias": None,
    }


def test_json_reaches_a_script_as_it_is_whatever_it_is(server: Running) -> None:
    hook = Hook(server, "def process_incoming(request):\n    return {'response': {'got': request['content']}}\n")
    for value in ([1, 2], "text", 7, None, {"a": 1.5}):
        sent = hook.post(content=json.dumps(value), headers={"Content-Type": "application/json"})
        assert sent.json()["got"] == value
    assert hook.post(content=b"{oops", headers={"Content-Type": "application/json"}).json()["got"] == {}
    assert hook.post(data={"a": "1"}).json()["got"] == {"a": "1"}


def test_a_get_runs_the_script_too(server: Running) -> None:
    hook = Hook(server, "def process_incoming(request):\n    return request['url']['query']['word']\n")
    assert server.client.get(hook.path, params={"word": "ping"}).status_code == 200
    assert hook.texts() == ["ping"]


def test_an_unknown_id_or_token_is_404_without_a_run(server: Running) -> None:
    hook = Hook(server)
    for path in (f"/hooks/{hook.record['_id']}/wrong", f"/hooks/none/{hook.record['token']}", f"{hook.path}x"):
        answer = server.client.post(path, json={"text": "t"})
        assert answer.status_code == 404
        assert answer.json() == {"success": False, "error": "Invalid integration id or token provided."}
        assert "x-hookcell-run" not in answer.headers
    assert hook.runs() == [] and hook.texts() == []


def test_a_disabled_hook_is_503_and_leaves_a_row(server: Running) -> None:
    hook = Hook(server, enabled=False)
    answer = hook.post(json={"text": "t"})
    assert (answer.status_code, answer.json()) == (503, {"success": False, "error": "Service Unavailable"})
    assert hook.runs()[0]["step"] == "integration-disabled" and hook.texts() == []


def test_overriding_the_channel_must_be_allowed(server: Running) -> None:
    closed = Hook(server)
    answer = closed.post(json={"text": "t", "channel": "#general"})
    assert answer.status_code == 400
    assert answer.json()["error"] == "overriding destination channel is disabled for this integration"
    opened = Hook(server, overrideDestinationChannelEnabled=True)
    assert opened.post(json={"text": "t", "channel": f"#{closed.room}"}).status_code == 200
    assert closed.texts() == ["t"] and opened.texts() == []


def test_a_sender_cannot_name_all_rooms(server: Running) -> None:
    hook = Hook(server, overrideDestinationChannelEnabled=True)
    answer = hook.post(json={"text": "t", "channel": "all_direct_messages"})
    assert answer.status_code == 400 and answer.json()["error"] == "invalid-channel"


def test_several_destinations_are_all_checked_first_or_told_apart(server: Running) -> None:
    hook = Hook(server, overrideDestinationChannelEnabled=True)
    channels = [f"#{hook.room}", "#nowhere"]
    answer = hook.post(json={"text": "t", "channel": channels})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid-channel")
    assert hook.texts() == []
    answer = hook.post(json={"text": "t", "channel": channels, "separateResponse": True})
    assert answer.status_code == 200
    [posted, failed] = answer.json()["responses"]
    assert posted["channel"] == f"#{hook.room}" and posted["message"]["msg"] == "t"
    assert failed == {"channel": "#nowhere", "error": "invalid-channel"}
    assert hook.texts() == ["t"]


def test_a_script_posts_as_an_existing_user(server: Running) -> None:
    server.user("poster")
    hook = Hook(server, returning("{'content': {'text': 'x'}, 'user': {'username': 'poster'}}"))
    assert hook.post(json={}).status_code == 200
    assert hook.messages()[0]["u"]["username"] == "poster"
    unknown = Hook(server, returning("{'content': {'text': 'x'}, 'user': {'username': 'nobody'}}"))
    assert unknown.post(json={}).json()["error"] == "error-invalid-user"


def test_a_text_over_the_limit_is_refused_and_the_trace_says_by_how_much(server: Running) -> None:
    hook = Hook(server)
    answer = hook.post(json={"text": "x" * 5001})
    assert (answer.status_code, answer.json()["error"]) == (400, "error-message-size-exceeded")
    assert "1 more than the 5000" in hook.runs()[0]["steps"][-1]["hint"]


def test_a_body_over_the_limit_is_413_before_anything_else(server: Running) -> None:
    answer = server.client.post("/hooks/none/none", content=b"x" * (5 * 2**20 + 1))
    assert (answer.status_code, answer.json()["error"]) == (413, "error-body-too-large")


def test_history_masks_the_token_and_credentials_and_keeps_the_rest(server: Running) -> None:
    hook = Hook(server, returning("'t'"))
    hook.post(json={"a": 1}, headers={"X-Api-Key": "hunter2", "X-Plain": "seen"})
    [run] = hook.runs()
    assert run["request"]["headers"]["x-api-key"] == "***" and run["request"]["headers"]["x-plain"] == "seen"
    assert run["request"]["body"] == '{"a":1}'
    assert hook.record["token"] not in str(run) and "hunter2" not in str(run)


def test_what_is_large_is_packed_off_the_event_loop(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    async def thread() -> int:
        return threading.get_ident()

    loop = server.run(thread())
    on_loop: dict[str, list[bool]] = {"pack_masked": [], "pack_trace": [], "pack": []}

    def telling(pack: Callable[..., Any], calls: list[bool]) -> Callable[..., Any]:
        def told(*args: Any) -> Any:
            calls.append(threading.get_ident() == loop)
            return pack(*args)

        return told

    for name, calls in on_loop.items():
        # the last is that of an answer to be repeated
        module: ModuleType = incoming if name == "pack" else history
        monkeypatch.setattr(module, name, telling(getattr(module, name), calls))
    hook = Hook(server, "def process_incoming(request):\n    return {'response': request['content']}\n")
    for size in (10, 100_000):
        answer = hook.post(json={"text": "x" * size}, headers={"Idempotency-Key": f"{size}"})
        assert len(answer.json()["text"]) == size
    assert on_loop == {"pack_masked": [True, False], "pack_trace": [True, False], "pack": [True, False]}


def test_history_off_keeps_nothing_and_failures_only_failures(server: Running) -> None:
    off = Hook(server, returning("'t'"), hookcell={"history": "off"})
    off.post(json={})
    assert off.texts() == ["t"] and off.runs() == []
    source = "def process_incoming(request):\n    return 'ok' if request['content']['good'] else 1 / 0\n"
    failures = Hook(server, source, hookcell={"history": "failures"})
    failures.post(json={"good": True})
    assert failures.runs() == []
    failures.post(json={"good": False})
    assert [run["state"] for run in failures.runs()] == ["failed"]


def test_a_call_over_its_time_is_told_to_the_author(server: Running) -> None:
    hook = Hook(server, "def process_incoming(request):\n    while True:\n        pass\n")
    answer = hook.post(json={})
    assert (answer.status_code, answer.json()["error"]) == (400, "error-running-script")
    [run] = hook.runs()
    assert run["failure"]["kind"] == "cpu-time" and run["failure"]["line"] in (2, 3)
    assert "the limit is 1 s" in run["failure"]["message"]


def test_what_is_an_answer_of_a_run_names_it_and_what_is_none_does_not(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = Hook(server, returning("{'error': 'no'}"))
    command = hook.path.replace("/hooks/", "/hooks/{}/")
    ran = hook.post(json={})
    assert ran.headers["X-Hookcell-Run"] == hook.runs()[0]["_id"]
    disabled = Hook(server, enabled=False).post(json={})
    assert (disabled.status_code, "X-Hookcell-Run" in disabled.headers) == (503, True)
    for answer in (
        server.client.get(command.format("sample")),
        server.client.get(command.format("info")),
        server.client.post(command.format("add"), json={}),
        server.client.post(command.format("remove"), json={"target_url": "http://nowhere.example"}),
    ):
        assert "X-Hookcell-Run" not in answer.headers and "X-RateLimit-Limit" in answer.headers
    monkeypatch.setattr("api.ratelimit.RateLimit.allow", lambda *_, **__: Allowance({"X-RateLimit-Limit": "1"}, 3))
    often = hook.post(json={})
    missing = server.client.post(hook.path + "x", json={})
    large = server.client.post(hook.path, content=bytes(6 * 1024 * 1024))
    assert [often.status_code, missing.status_code, large.status_code] == [429, 404, 413]
    assert not any("X-Hookcell-Run" in answer.headers for answer in (often, missing, large))
    assert often.headers["Retry-After"] == "3" and "X-RateLimit-Limit" not in missing.headers


def test_each_call_may_have_a_cell_of_its_own(server: Running) -> None:
    hook = Hook(server, returning("'t'"), hookcell={"isolation": "per-call"})
    for _ in range(3):
        assert hook.post(json={}).status_code == 200
    assert hook.texts() == ["t"] * 3


def test_a_body_that_is_no_json_is_told_in_the_trace_and_a_byte_order_mark_is_none(server: Running) -> None:
    hook = Hook(server)
    sent = {"Content-Type": "application/json"}
    assert hook.post(content=b'{"text": "cut', headers=sent).status_code == 200
    [told] = [step["hint"] for step in hook.runs()[0]["steps"] if step["name"] == "body-counts-as-empty"]
    assert told.startswith("the body is not JSON")
    hook.post(content=b'\xef\xbb\xbf{"text": "marked"}', headers=sent)
    assert hook.texts() == ["marked"]
