"""Windows: when they begin and end, and how many there are at most."""

from pathlib import Path

import pytest

from api import ratelimit
from api.ratelimit import RateLimit, Rule, Windows
from engine.settings import Settings


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def limit(clock: Clock, **settings: object) -> RateLimit:
    return RateLimit(Settings.model_validate({"data": Path("data"), **settings}), clock)


def remaining(limits: RateLimit, hook: str = "h") -> int:
    allowed = limits.allow(hook, address="a", form="f", method="POST")
    return -allowed.wait_seconds if allowed.wait_seconds else int(allowed.headers["X-RateLimit-Remaining"])


def test_a_window_begins_with_a_call_and_lasts_its_time() -> None:
    clock = Clock()
    limits = limit(clock, rate_limit="2")
    assert [remaining(limits), remaining(limits)] == [1, 0]
    clock.now += 59.5
    assert remaining(limits) == -1
    clock.now += 0.5
    assert remaining(limits) == 1


def test_calls_too_many_do_not_prolong_the_wait() -> None:
    clock = Clock()
    limits = limit(clock, rate_limit="1")
    assert [remaining(limits) for _ in range(4)] == [0, -60, -60, -60]


def test_a_burst_is_told_to_wait_a_second() -> None:
    clock = Clock()
    limits = limit(clock)
    assert [remaining(limits) for _ in range(500)][98:102] == [501, 500, -1, -1]
    clock.now += 1
    # what was refused used up nothing of the minute
    assert remaining(limits) == 499


def test_the_workspaces_settings_count_where_the_operator_said_nothing() -> None:
    limits = limit(Clock())
    limits.configure(enabled=False)
    assert limits.allow("h", address="", form="", method="").headers == {}
    limits.configure(calls=3, seconds=10)
    assert remaining(limits) == 2
    limits.configure(calls=3, seconds=10)
    assert remaining(limits) == 1
    said = limit(Clock(), rate_limit="7")
    said.configure(enabled=False, calls=3)
    assert remaining(said) == 6


def test_windows_are_bounded_and_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratelimit, "MAX_WINDOWS", 3)
    windows = Windows(Rule(10, 60))
    for number, key in enumerate("abcda"):
        assert windows.look((key,), float(number)) == (0, 60)
        windows.count((key,), float(number))
    assert len(windows) == 3
    assert windows.look(("a",), 5.0) == (1, 59)
    windows.count(("z",), 100.0)
    assert len(windows) == 1
