import pytest

from engine.devtools.run_log import is_told, print_run
from engine.model.json import JsonObject
from tests.engine.devtools.local import printer

DELIVERY: JsonObject = {
    "_id": "d-2", "type": "outgoing-webhook", "_createdAt": "2026-03-01T12:00:00.000Z", "event": "sendMessage", "attempt": 2, "url": "https://r.example/",
    "state": "pending", "due": "2026-03-01T12:01:00.000Z", "response": {"status_code": 503}, "httpError": {"kind": "timeout", "message": "too slow"},
    "steps": [{"name": "start-execute-trigger-url", "at": ""}, {"name": "refused-by-policy", "at": "", "because": "add it"}],
    "log": [{"hook": "h", "level": "warning", "text": "bell \x07"}], "receipt": [],
    "resultMessage": [{"channel": "#a", "message": {"msg": "one\ntwo", "attachments": [{}, {}]}}],
}  # fmt: skip


def test_a_delivery_is_told_with_its_answer_and_when_it_is_tried_again() -> None:
    terminal, printed = printer()
    print_run(terminal, DELIVERY)
    assert printed.getvalue().splitlines() == [
        "2026-03-01 12:00:00.000  pending (2026-03-01T12:01:00.000Z)  sendMessage attempt 2 https://r.example/ 503  d-2",
        "  start-execute-trigger-url > refused-by-policy",
        "  add it",
        "  to #a: one",
        "      two (with 2 attachments)",
        "  log | warning: bell \\x07",
        "  timeout: too slow",
    ]


@pytest.mark.parametrize(("state", "told"), [("running", False), ("claimed", False), ("failed", True), (None, True)])
def test_what_is_under_way_is_told_when_it_has_ended(state: str | None, told: bool) -> None:
    assert is_told({"state": state}) is told
