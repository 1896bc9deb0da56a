"""That the benches run: their figures are for people, and no test asserts one."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.bench.__main__ import all_rows
from tests.bench.table import Probe, Round, Row, table

FIELDS = {"system", "item", "calls", "cps", "cpu_us", "p50_us", "p99_us", "out_len", "cold_us", "pss_kb", "uss_kb"}


def test_the_command_prints_one_line_with_the_fields_of_its_peers() -> None:
    command = [sys.executable, "-m", "tests.bench.sandbox", "--item", "greet", "--in-flight", "2", "--seconds", "0.1"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    line = json.loads(done.stdout)
    assert line.keys() >= FIELDS
    assert (line["system"], line["item"], line["out_len"]) == ("hookcell", "greet", 34)
    assert line["calls"] > 0


def test_every_row_says_what_it_measures_once_and_how() -> None:
    rows = all_rows()
    assert len({row.what for row in rows}) == len(rows)
    assert all(row.probes and (row.hold is None) == (row.aim is None) for row in rows)


def row(figure: Callable[[Round], float], **options: Any) -> Row:
    return Row("what", (Probe("x"),), figure, hold=2, aim=1, **options)


@pytest.mark.parametrize(("value", "verdict"), [(0.5, "aim"), (1.5, "hold"), (2.5, "MISSED")])
def test_a_row_says_whether_it_holds(value: float, verdict: str) -> None:
    assert row(lambda _: value, least=True).verdict(value) == verdict


def test_the_table_shows_medians_and_what_needs_peers() -> None:
    def of_peer(one: Round) -> float:
        return float(one.peers["isolate", "w"]["cps"])

    probe = Probe("x")
    rounds = [Round({probe: {"n": n}}, {}) for n in (1, 9, 2)]
    text = table([row(lambda one: float(one.lines[probe]["n"]), least=True), row(of_peer)], rounds)
    assert text.splitlines()[2] == "| what | 2.00 | 1.00 to 9.00 | 2 | 1 | hold |  |"
    assert "needs PEERS" in text.splitlines()[3]
