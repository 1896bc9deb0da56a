from datetime import UTC, datetime

import pytest

from engine.retry import (
    FARTHEST_MS,
    HOUR_MS,
    MAX_AGE_MS,
    MAX_WAIT_MS,
    SCHEDULES,
    delay_ms,
    is_too_old,
    retry_after_ms,
)

NOW = int(datetime(2026, 11, 21, 12, 0, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("schedule", "waits"),
    [
        ("powers-of-ten", [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000]),
        ("powers-of-two", [2_000, 4_000, 8_000, 16_000, 32_000, 64_000]),
        ("increments-of-two", [2_000, 4_000, 6_000, 8_000, 10_000, 12_000]),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
def test_the_three_schedules(schedule: str, waits: list[int], strict: bool) -> None:
    assert [delay_ms(schedule, number, strict=strict) for number in range(1, 7)] == waits


@pytest.mark.parametrize("schedule", ["", "linear", "Powers-Of-Ten"])
def test_another_schedule_is_none(schedule: str) -> None:
    assert delay_ms(schedule, 1) is None
    assert delay_ms(schedule, 1, retry_after=1000) is None
    assert delay_ms(schedule, 1, strict=True) is None


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [(None, 10_000), (0, 10_000), (9_999, 10_000), (30_000, 30_000), (HOUR_MS, HOUR_MS), (HOUR_MS + 1, HOUR_MS)],
)
def test_what_the_receiver_asks_for_counts_where_it_is_longer_up_to_an_hour(retry_after: int | None, wait: int) -> None:
    assert delay_ms("powers-of-ten", 3, retry_after=retry_after) == wait
    assert delay_ms("powers-of-ten", 3, retry_after=retry_after, strict=True) == 10_000


def test_no_wait_is_above_a_day_except_under_strict() -> None:
    assert delay_ms("powers-of-ten", 6) == 10_000_000
    assert delay_ms("powers-of-ten", 7) == MAX_WAIT_MS
    assert delay_ms("powers-of-ten", 7, strict=True) == 100_000_000


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_any_number_of_retries_has_a_wait_that_is_a_date(schedule: str) -> None:
    assert delay_ms(schedule, 1_000_000_000) == MAX_WAIT_MS
    assert delay_ms(schedule, 1_000_000_000, strict=True) == FARTHEST_MS
    waits = [delay_ms(schedule, number) or 0 for number in range(1, 200)]
    assert waits == sorted(waits)


def test_a_delivery_older_than_72_hours_is_too_old_except_under_strict() -> None:
    assert not is_too_old(NOW - MAX_AGE_MS, NOW)
    assert is_too_old(NOW - MAX_AGE_MS - 1, NOW)
    assert not is_too_old(NOW - MAX_AGE_MS - 1, NOW, strict=True)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        (None, None),
        ("", None),
        ("120", 120_000),
        (" 0 ", 0),
        ("9" * 500, FARTHEST_MS),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30_000),
        ("Sat, 21 Nov 2026 12:00:30 -0000", 30_000),
        ("Sat, 21 Nov 2026 13:00:30 +0100", 30_000),
        ("Saturday, 21-Nov-26 12:00:30 GMT", 30_000),
        ("Sat, 21 Nov 2026 11:59:59 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", FARTHEST_MS),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("Sat, 99 Nov 2026 12:00:30 GMT", None),
        ("1 1 1 1 1 1 1", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, wait: int | None) -> None:
    assert retry_after_ms(value, NOW) == wait
