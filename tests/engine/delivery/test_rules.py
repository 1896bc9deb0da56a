import pytest

from engine.delivery.rules import MIN_SILENCE, Rules, Verdict, heard
from engine.http import KINDS, Answer, HttpError


def answer(status: int, text: str = "") -> Answer:
    return Answer(status, (), text.encode(), False, "http://x", 1)


@pytest.mark.parametrize(
    ("status", "text", "default", "strict"),
    [
        (200, "ok", "success", "success"),
        (200, "", "success", "retry"),
        (201, "ok", "success", "success"),
        (202, "ok", "success", "success"),
        (204, "", "success", "retry"),
        (206, "part", "success", "retry"),
        (304, "", "final", "retry"),
        (400, "no", "final", "retry"),
        (404, "", "final", "retry"),
        (408, "", "retry", "retry"),
        (410, "gone", "disable", "disable"),
        (410, "", "disable", "retry"),
        (425, "", "retry", "retry"),
        (429, "", "retry", "retry"),
        (500, "oops", "retry", "final"),
        (500, "", "retry", "retry"),
        (503, "busy", "retry", "retry"),
    ],
)
def test_what_a_status_means(status: int, text: str, default: Verdict, strict: Verdict) -> None:
    assert Rules().verdict(answer(status, text)) == default
    assert Rules(strict=True).verdict(answer(status, text)) == strict


def test_what_may_pass_by_itself_is_retried_unless_strict() -> None:
    retried = {kind for kind in KINDS if Rules().verdict(HttpError(kind, "")) == "retry"}
    assert retried == {"timeout", "connect", "tls", "resolve", "protocol"}
    assert {Rules(strict=True).verdict(HttpError(kind, "")) for kind in KINDS} == {"final"}


def test_strict_switches_every_row_of_deliveries() -> None:
    default, strict = Rules(), Rules(strict=True)
    for row in (
        "loop_guard",
        "kicked_is_left",
        "broken_script_stops",
        "asks_to_impersonate",
        "prepares_once",
        "keeps_deadlines",
    ):
        assert (getattr(default, row), getattr(strict, row)) == (True, False)


def test_who_says_nothing_for_long_is_silent_and_a_short_timeout_says_nothing_of_it() -> None:
    silent = {kind for kind in KINDS if heard(HttpError(kind, ""), MIN_SILENCE) is False}
    assert silent == {"timeout", "connect", "resolve"}
    assert heard(HttpError("timeout", ""), MIN_SILENCE - 0.001) is None
    assert heard(HttpError("connect", ""), 0.001) is False
    assert heard(answer(500), 20) is heard(HttpError("tls", ""), 20) is True
