"""First answers: of a script never seen, from source, and of one whose code is stored."""

from collections.abc import Callable

from tests.bench.rows.calls import ALONE, ISOLATE
from tests.bench.table import Round, Row

PUSH = ALONE["push"]


def _ratio(field: str) -> Callable[[Round], float]:
    return lambda one: float(one.lines[PUSH][field] / one.peers[ISOLATE, "w"]["cold_us"])


def _times(field: str) -> Callable[[Round], str]:
    return lambda one: f"{one.lines[PUSH][field]:,} us, isolate {one.peers[ISOLATE, 'w']['cold_us']:,} us"


def _row(what: str, field: str, hold: float, aim: float) -> Row:
    return Row(what, (PUSH,), _ratio(field), hold=hold, aim=aim, least=True, beside=_times(field))


ROWS = (
    _row("push never seen, from source to its first answer, against the isolate's", "cold_us", 2.3, 1.5),
    _row("push from stored code to its first answer, against the isolate's", "stored_us", 1.5, 1.1),
)
