"""Dates as REST shows them: ISO 8601 in UTC, with milliseconds and a Z."""

from datetime import UTC, datetime


def iso(ms: int) -> str:
    """`ms` is milliseconds since the epoch."""
    seconds, rest = divmod(ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"
