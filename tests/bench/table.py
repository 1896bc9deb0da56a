"""What a row of the table is, and how its figures are made: every probe once a round, so that a slow moment of the
machine falls on all alike; a figure a round, and the median of those.
"""

import json
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROBE_SECONDS = 120
PEERS_SECONDS = 600
PEER_SYSTEMS = "^(ivm-rc|rp-inproc-orjson)$"


@dataclass(frozen=True, slots=True)
class Probe:
    """A module of this package that prints one JSON line; SECONDS in its arguments is the length of a run."""

    module: str
    arguments: str = ""
    one_core: bool = False

    def run(self, seconds: float) -> dict[str, Any]:
        pin = ["taskset", "-c", str(max(os.sched_getaffinity(0)))] if self.one_core else []
        arguments = self.arguments.replace("SECONDS", str(seconds)).split()
        command = [*pin, sys.executable, "-m", f"tests.bench.{self.module}", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PROBE_SECONDS)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
        line: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return line


@dataclass(frozen=True, slots=True)
class Round:
    """The lines of one round: of probes, and of peers by (system, item), which are there where PEERS was given."""

    lines: Mapping[Probe, dict[str, Any]]
    peers: Mapping[tuple[str, str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """`figure` makes a number of a round; KeyError means that the round lacks the peer it is compared with.

    `hold` and `aim` are design.md's, None for a row that only informs; `least` says that less is better. `shown` formats
    the figure; `beside` tells of what it was made, in words.
    """

    what: str
    probes: tuple[Probe, ...]
    figure: Callable[[Round], float]
    shown: str = "{:.2f}"
    hold: float | None = None
    aim: float | None = None
    least: bool = False
    beside: Callable[[Round], str] = lambda _: ""

    def verdict(self, value: float) -> str:
        if self.hold is None or self.aim is None:
            return ""
        for limit, word in ((self.aim, "aim"), (self.hold, "hold")):
            if value <= limit if self.least else value >= limit:
                return word
        return "MISSED"


def measure(rows: Iterable[Row], *, rounds: int, seconds: float, peers: Path | None) -> list[Round]:
    probes = list(dict.fromkeys(probe for row in rows for probe in row.probes))
    done = []
    for number in range(rounds):
        sys.stderr.write(f"round {number + 1} of {rounds}\n")
        beside = run_peers(peers, seconds) if peers else {}
        done.append(Round({probe: probe.run(seconds) for probe in probes}, beside))
    return done


def run_peers(folder: Path, seconds: float) -> dict[tuple[str, str], dict[str, Any]]:
    """One round of the peers' own benches; BENCH_HOME says where their packages are kept."""
    chosen = {"ROUNDS": "1", "SECONDS_EACH": str(seconds), "ONLY": PEER_SYSTEMS, "EXTRA": ""}
    done = subprocess.run(
        [str(folder / "run.sh")],
        env={**os.environ, **chosen, "CPU": str(max(os.sched_getaffinity(0)))},
        capture_output=True,
        text=True,
        timeout=PEERS_SECONDS,
    )
    if done.returncode:
        raise SystemExit(f"{folder / 'run.sh'} failed:\n{done.stderr}")
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {(line["system"], line["item"]): line for line in lines}


def table(rows: Iterable[Row], rounds: list[Round]) -> str:
    """Markdown: the figure's median and spread, what is to be held and aimed at, and of what it was made."""
    out = ["| what | median | spread | hold | aim | | beside |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        try:
            values = [row.figure(one) for one in rounds]
        except KeyError:
            out.append(f"| {row.what} | | | {_number(row.hold)} | {_number(row.aim)} | needs PEERS | |")
            continue
        middle = statistics.median(values)
        closest = min(rounds, key=lambda one: abs(row.figure(one) - middle))
        spread = f"{row.shown.format(min(values))} to {row.shown.format(max(values))}"
        cells = [
            row.what,
            row.shown.format(middle),
            spread,
            _number(row.hold),
            _number(row.aim),
            row.verdict(middle),
            row.beside(closest),
        ]
        out.append(f"| {' | '.join(cells)} |")
    return "\n".join(out)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def chosen(rows: Iterable[Row], only: str) -> list[Row]:
    return [row for row in rows if re.search(only, row.what)]
