"""Tests of a script, in the sandbox that it will run in: `pytest` is all it takes where hookcell is installed."""

import hashlib
import hmac
import json

import pytest

pytestmark = pytest.mark.hookcell("../integrations/incidents")

KEY = "only for these tests"
ROTA = "https://rota.example.com/services/relay"


def signed(body):
    """The body as text, and the header that its sender would add."""
    text = json.dumps(body)
    return text, {"X-Signature": hmac.new(KEY.encode(), text.encode(), hashlib.sha256).hexdigest()}


def test_every_payload_comes_to_what_is_expected(hook, payload):
    assert hook(payload).differences == []


@pytest.mark.hookcell("../integrations/incidents", payloads=["opened"])
@pytest.mark.parametrize(("severity", "color"), [("critical", "#a30200"), ("warning", "#daa038"), ("odd", "#9ea2a8")])
def test_the_color_tells_the_severity(hook, payload, severity, color):
    text, headers = signed(payload.content | {"severity": severity})
    (attachment,) = hook(text, headers=headers, secrets={"incidents": KEY}).message["attachments"]
    assert attachment["color"] == color


def test_a_rota_that_is_away_keeps_nothing_from_being_posted(hook, recorded_http):
    recorded_http.answer("GET", ROTA, error="timeout")
    incident = {
        "state": "open",
        "severity": "critical",
        "title": "Down",
        "service": "relay",
        "url": "https://x.example",
    }
    text, headers = signed(incident)
    result = hook(text, headers=headers, secrets={"incidents": KEY})
    assert result.message["attachments"][0]["fields"][1]["value"] == "unknown"
    assert result.log == ["the rota did not answer reason=timeout"]
    assert [(call["method"], call["url"]) for call in recorded_http.calls] == [("GET", ROTA)]


def test_what_nobody_signed_is_refused(hook):
    result = hook({"state": "open"}, secrets={"incidents": KEY})
    assert result.refused
    assert result.answer == {"status": 400, "body": {"success": False, "error": "The signature does not match."}}
