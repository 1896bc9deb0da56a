"""The clocks of a call, looked at by hand: times are given, and CPU is what this process has used."""

import os

import pytest

from sandbox import Limits
from sandbox.clocks import DEAF_SECONDS, SPEAK_SECONDS, HeadClocks

LIMITS = Limits(cpu_seconds=1, wall_seconds=3, wall_seconds_extended=10, slow_lane_cpu_seconds=0.02)


@pytest.fixture
def clocks() -> HeadClocks:
    begun = HeadClocks(os.getpid(), LIMITS, cpu_seconds=1, wall_seconds=3)
    begun.begin(100.0)
    return begun


def test_a_call_is_over_by_cpu_as_soon_as_it_must_be_deaf_whatever_the_wall_says(clocks: HeadClocks) -> None:
    assert clocks.over(100.5, 1 + DEAF_SECONDS - 0.01) is None
    assert clocks.over(100.5, 1 + DEAF_SECONDS) == "cpu"


def test_at_the_wall_deadline_one_that_has_cpu_left_goes_on_to_the_last_and_no_further(clocks: HeadClocks) -> None:
    assert clocks.over(103.0, 0.5) is None
    assert clocks.due(103.0, slow=True) == pytest.approx(103.0 + 0.5 + SPEAK_SECONDS)
    assert clocks.over(109.9, 0.5) is None
    assert clocks.due(109.9, slow=True) == pytest.approx(110.0)
    assert clocks.over(110.0, 0.5) == "wall"


def test_at_the_wall_deadline_one_that_has_none_left_is_over(clocks: HeadClocks) -> None:
    assert clocks.over(103.0, 1 + SPEAK_SECONDS) == "cpu"


def test_a_call_is_looked_at_when_it_may_be_slow_and_then_when_it_may_be_deaf(clocks: HeadClocks) -> None:
    assert clocks.due(100.0, slow=False) == pytest.approx(100.02)
    assert not clocks.is_slow(0.019) and clocks.is_slow(0.02)
    assert clocks.over(100.1, 0.1) is None
    assert clocks.due(100.1, slow=True) == pytest.approx(100.1 + 0.9 + DEAF_SECONDS)


def test_they_stand_still_from_the_first_reason_to_the_last(clocks: HeadClocks) -> None:
    clocks.stand_still(101.0)
    clocks.stand_still(102.0)
    clocks.go_on(104.0)
    clocks.go_on(106.0)
    assert clocks.wall(107.0) == pytest.approx(2.0)
    # 3 s of the wall, and 5 that it stood still
    assert clocks.due(107.9, slow=True) <= 108.0
    assert clocks.over(107.9, 1 + SPEAK_SECONDS) is None and clocks.over(108.0, 1 + SPEAK_SECONDS) == "cpu"


def test_a_call_that_begins_while_they_stand_still_is_given_no_more_than_its_own_wait(clocks: HeadClocks) -> None:
    clocks.stand_still(101.0)
    clocks.begin(105.0)
    clocks.go_on(106.0)
    assert clocks.wall(106.0) == 0.0


def test_cpu_is_that_of_the_process_and_what_it_last_was_when_it_is_gone(clocks: HeadClocks) -> None:
    assert 0 <= clocks.used() < clocks.cpu()
    assert clocks.share(clocks.cpu() + 1) >= 1 and clocks.share(0.0) == 0.0
    # no process has this number
    gone = HeadClocks(2**22 + 1, LIMITS, cpu_seconds=1, wall_seconds=3)
    gone.begin(1.0)
    assert gone.used() == 0.0
