"""How long the author's commands take from the shell: `--help`, and `check` of one script, on two cores."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.bench.measure import emit
from tests.bench.table import ROOT, Probe, Row

TIMES = 5
MAIN = "from api.cli import main; main()"
SCRIPT = "examples/github-push/script.py"

START = Probe("rows.start")


def _seconds(field: str) -> Callable[[Any], float]:
    return lambda one: float(one.lines[START][field])


def _row(what: str, field: str, hold: float, aim: float) -> Row:
    return Row(
        what,
        (START,),
        _seconds(field),
        hold=hold,
        aim=aim,
        least=True,
        beside=lambda one: "s; Python alone {bare_s:.3f} s".format_map(one.lines[START]),
    )


ROWS = (
    _row("hookcell --help, seconds", "help_s", 0.3, 0.2),
    _row("hookcell check of one script, seconds", "check_s", 0.6, 0.5),
)


def taken(*arguments: str) -> float:
    """The median of a few starts, each of a new process; the first one warms the disk's cache and does not count."""
    seconds = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds[1:])


def main() -> None:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    emit(
        {
            "bare_s": taken("-c", "pass"),
            "help_s": taken("-c", MAIN, "--help"),
            "check_s": taken("-c", MAIN, "check", SCRIPT),
        }
    )


if __name__ == "__main__":
    main()
