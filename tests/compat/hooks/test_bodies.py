"""Which body a request has, by method and content type."""

from typing import Any

import pytest

from tests.api.hooks import Hook
from tests.api.servers import Running
from tests.compat.hooks.facts import FORM, JSON, Fact, check

NOT_AN_OBJECT = "Integration payload must be a JSON object, not an array or primitive"
T = {"msg": "t"}


def raw(content: str | bytes, kind: str | None) -> dict[str, Any]:
    return {"content": content, "headers": {} if kind is None else {"Content-Type": kind}}


BODIES = {
    "JSON object": Fact(raw('{"text": "t"}', "application/json"), T),
    "JSON with a charset": Fact(raw('{"text": "t"}', "application/json; charset=utf-8"), T),
    "content type in capitals": Fact(raw('{"text": "t"}', "Application/JSON"), T),
    "JSON of a vendor": Fact(raw('{"text": "t"}', "application/vnd.github+json"), T),
    "JSON array": Fact(raw('[{"text": "t"}]', "application/json")),
    "JSON text": Fact(raw('"t"', "application/json")),
    "JSON number": Fact(raw("7", "application/json")),
    "JSON null": Fact(raw("null", "application/json")),
    "broken JSON": Fact(raw('{"text": "t"', "application/json")),
    "NaN is no JSON": Fact(raw('{"text": "t", "n": NaN}', "application/json")),
    "JSON that is not UTF-8": Fact(raw(b'{"text": "\xff"}', "application/json")),
    "a number that no float holds": Fact(raw('{"text": "t", "n": 1e999}', "application/json")),
    "half a surrogate pair": Fact(raw('{"text": "a\\ud800b \\\\ud800 \\ud83d\\ude00"}', "application/json"), {"msg": "a\ufffdb \\ud800 😀"}),
    "UTF-16": Fact(raw('{"text": "ü"}'.encode("utf-16"), "application/json; charset=UTF-16"), {"msg": "ü"}),
    "UTF-16 without saying so": Fact(raw('{"text": "ü"}'.encode("utf-16"), "application/json")),
    "Latin-1": Fact(raw('{"text": "ü"}'.encode("latin-1"), 'application/json; charset="iso-8859-1"'), {"msg": "ü"}),
    "UTF-8 that is said to be Latin-1": Fact(raw('{"text": "ü"}', "application/json; charset=iso-8859-1"), {"msg": "ü"}),
    "a charset that nobody reads": Fact(raw('{"text": "t"}', "application/json; charset=koi8-r")),
    "empty JSON body": Fact(raw("", "application/json")),
    "payload in JSON is not unwrapped": Fact(raw('{"payload": "{\\"text\\": \\"t\\"}"}', "application/json")),
    "form with payload": Fact({"data": {"payload": '{"text": "t"}'}}, T),
    "form with payload, percent and plus": Fact(raw("payload=%7B%22text%22%3A+%22a+b%2B%22%7D", FORM["Content-Type"]), {"msg": "a b+"}),
    "payload is an array": Fact({"data": {"payload": '[{"text": "t"}]'}}, error=NOT_AN_OBJECT),
    "payload is text": Fact({"data": {"payload": '"t"'}}, error=NOT_AN_OBJECT),
    "payload is null": Fact({"data": {"payload": "null"}}, error=NOT_AN_OBJECT),
    "payload is no JSON: the form is the body": Fact({"data": {"payload": "t"}}),
    "payload beside other keys is not unwrapped": Fact({"data": {"payload": '{"text": "x"}', "text": "t"}}, T),
    "form": Fact({"data": {"text": "t", "alias": "a"}}, {"msg": "t", "alias": "a"}),
    "form with one key": Fact({"data": {"text": "t"}}, T),
    "form key that repeats is a list": Fact(raw("text=a&text=b", FORM["Content-Type"]), error="Match error: Expected string, got object in field text"),
    "curl --data '{...}'": Fact(raw('{"text": "t"}', FORM["Content-Type"]), T),
    "curl --data '{...}' with an =": Fact(raw('{"text": "a=b"}', FORM["Content-Type"]), {"msg": "a=b"}),
    "curl --data '{...}' with all that means something in a form": Fact(raw(' {"text": "a&b 1+1=2 100%25 c=d&e"}', FORM["Content-Type"]), {"msg": "a&b 1+1=2 100%25 c=d&e"}),
    "a form whose only key is JSON, percent-encoded": Fact(raw("%7B%22text%22%3A%22a%26b%22%7D=", FORM["Content-Type"]), {"msg": "a&b"}),
    "a form that begins like JSON": Fact(raw("{a=1&text=t", FORM["Content-Type"]), T),
    "multipart": Fact({"files": {"text": (None, "t")}}),
    "text": Fact(raw("t", "text/plain")),
    "no content type": Fact(raw('{"text": "t"}', None)),
    "XML": Fact(raw("<text>t</text>", "application/xml")),
    "no body": Fact({}),
    "fields without text": Fact({"json": {"zen": "Design for failure."}}),
}  # fmt: skip

EMPTY = Fact({"json": {}})
BROKEN = "def process_incoming(request)\n"
WITH_SCRIPT = {
    "blank script, empty body": Fact({"json": {}}, hook={"script": " "}, strict=Fact({"json": {}}, {"msg": ""})),
    "blank script": Fact({"json": {"text": "t"}}, T, hook={"script": ""}),
    "script not enabled": Fact({"json": {"text": "t"}}, T, hook={"script": BROKEN, "scriptEnabled": False}),
    "broken script": Fact(
        {"json": {"text": "t"}},
        error="error-evaluating-script",
        hook={"script": BROKEN},
        strict=Fact({"json": {"text": "t"}}, T),
    ),
    "broken script, empty body": Fact(
        {"json": {}}, error="error-evaluating-script", hook={"script": BROKEN}, strict=Fact({"json": {}}, {"msg": ""})
    ),
    "script without its hook": Fact(
        {"json": {"text": "t"}},
        error="error-evaluating-script",
        hook={"script": "x = 1\n"},
        strict=Fact({"json": {"text": "t"}}),
    ),
    "content without text": Fact(
        {"json": {}},
        hook={"script": "def process_incoming(request):\n    return {'content': {'alias': 'a'}}\n"},
        strict=Fact({"json": {}}, {"msg": "", "alias": "a"}),
    ),
}


@pytest.mark.parametrize("fact", [*BODIES.values(), *WITH_SCRIPT.values()], ids=[*BODIES, *WITH_SCRIPT])
def test_the_body_of_a_request(server: Running, fact: Fact) -> None:
    check(server, fact)


SEEN = {
    "a number that no float holds": (b'{"n": 1e999}', "application/json", {}, "number is infinity"),
    "half a surrogate pair": (b'{"n": "a\\udc00"}', "application/json", {"n": "a\ufffd"}, None),
    "UTF-16": ('{"n": "ü"}'.encode("utf-16"), "application/json; charset=utf-16", {"n": "ü"}, None),
    "a byte order mark": (b'\xef\xbb\xbf{"n": 1}', "application/json", {"n": 1}, None),
    "a charset that nobody reads": (b"{}", "application/json; charset=koi8-r", {}, "the charset koi8-r is not read"),
    "broken": (b'{"n": ', "application/json", {}, "the body is not JSON: "),
    "broken and large": (b'{"n": "' + b"x" * 100_000, "application/json", {}, "the body is not JSON: "),
    "NaN": (b"[NaN]", "application/json", {}, "the body is not JSON: "),
    "too deep for a parser": (b"[" * 2000 + b"]" * 2000, "application/json", {}, "the body is not JSON: "),
    "UTF-16 without saying so": ('{"n": 1}'.encode("utf-16"), "application/json", {}, "the body is not JSON: "),
    "UTF-16, broken": ('{"n": '.encode("utf-16"), "application/json; charset=utf-16", {}, "the body is not JSON: "),
    "ASCII by its name": ('{"n": "ü"}'.encode(), "application/json; charset=US-ASCII", {"n": "ü"}, None),
    "a list": (b"[1]", "application/json", [1], None),
    "text": (b"t", "text/plain", {}, None),
}


@pytest.mark.parametrize(("content", "kind", "seen", "told"), SEEN.values(), ids=SEEN)
def test_a_script_gets_what_the_body_says_and_the_trace_why_it_says_nothing(
    server: Running, content: bytes, kind: str, seen: Any, told: str | None
) -> None:
    script = "def process_incoming(request):\n    return {'response': {'seen': request['content']}}\n"
    hook = Hook(server, script)
    assert hook.post(content=content, headers={"Content-Type": kind}).json() == {"seen": seen, "success": True}
    hints = [step["hint"] for step in hook.runs()[0]["steps"] if step["name"] == "body-counts-as-empty"]
    assert hints == [] if told is None else told in hints[0]


def test_a_script_may_be_sent_what_is_too_deep_to_be_posted(server: Running) -> None:
    hook = Hook(server, "def process_incoming(request):\n    return str(len(request['content']))\n")
    assert hook.post(content=b"[" * 100 + b"]" * 100, headers=JSON).status_code == 200
    assert hook.texts() == ["1"]


def test_a_body_of_a_type_that_is_not_read_is_told_of_without_a_script(server: Running) -> None:
    hook = Hook(server)
    for kind, told in (("text/plain", "the content type is text/plain"), ("", "the content type is not given")):
        assert hook.post(content=b"t", headers={"Content-Type": kind} if kind else {}).status_code == 200
        assert any(told in step.get("hint", "") for step in hook.runs()[0]["steps"])


def test_a_get_has_no_body_and_posts_nothing_without_a_script(server: Running) -> None:
    hook = Hook(server)
    answer = server.client.get(hook.path, params={"text": "t"})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert hook.messages() == []


def test_a_head_is_no_call(server: Running) -> None:
    hook = Hook(server, "def process_incoming(request):\n    return 't'\n")
    assert server.client.head(hook.path).status_code == 405
    assert hook.texts() == [] and hook.runs() == []


@pytest.mark.parametrize(
    "sent",
    [
        {"content": b"[" * 2000, "headers": JSON},
        {"content": b"payload=" + b"[" * 2000, "headers": FORM},
    ],
)
def test_json_that_is_too_deep_counts_as_broken(server: Running, sent: dict[str, Any]) -> None:
    assert Hook(server).post(**sent).status_code == 200


@pytest.mark.parametrize(
    ("content", "headers", "error"),
    [
        (b"[" + b"[]," * 60_000 + b"[]]", JSON, "error-body-too-complex"),
        (b"payload=[" + b"[]," * 60_000 + b"[]]", FORM, "error-body-too-complex"),
        (b"payload=%5B" + b"%5B%5d," * 60_000 + b"%5B%5D%5D", FORM, "error-body-too-complex"),
        (b'{"text": "t", "customFields": {"a": ' + b"[" * 251 + b"]" * 251 + b"}}", JSON, "error-body-too-complex"),
        (b'payload={"text": "t", "customFields": ' + b"[" * 300 + b"]" * 300 + b"}", FORM, "error-body-too-complex"),
        (b"&".join(b"a=1" for _ in range(1001)), FORM, "error-too-many-fields"),
    ],
)
def test_a_body_that_would_cost_too_much_is_refused(
    server: Running, content: bytes, headers: dict[str, str], error: str
) -> None:
    hook = Hook(server)
    answer = hook.post(content=content, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert [run["state"] for run in hook.runs()] == ["failed"]


def test_a_form_that_would_cost_too_much_is_refused_before_the_script(server: Running) -> None:
    hook = Hook(server, "def process_incoming(request):\n    return 'called'\n")
    answer = hook.post(content=b'payload={"a": ' + b"[" * 300 + b"]" * 300 + b"}", headers=FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "error-body-too-complex")
    assert [run["state"] for run in hook.runs()] == ["failed"] and hook.texts() == []
