"""Clocks and meters: latencies, processor time of a process and all it started, memory."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

TICK = 1 / os.sysconf("SC_CLK_TCK")


def children(pid: int | None = None) -> Iterator[int]:
    for listed in Path(f"/proc/{pid or os.getpid()}/task").glob("*/children"):
        with suppress(OSError):
            yield from map(int, listed.read_text().split())


def descendants(pid: int | None = None) -> Iterator[int]:
    """Zygotes and their cells, for the process that started them."""
    for child in children(pid):
        yield child
        yield from descendants(child)


def cpu_seconds() -> float:
    """Processor time of this process, of what it started, and of those of them that have ended."""
    total = time.process_time()
    for pid in descendants():
        with suppress(OSError):
            total += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += (int(fields[13]) + int(fields[14])) * TICK
    return total


def ticked_seconds(pid: int) -> float:
    """The same of another process and its threads, as exact as the kernel's tick."""
    total = 0.0
    for one in (pid, *descendants(pid)):
        with suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            total += sum(map(int, fields[11:15])) * TICK
    return total


def memory(pid: int) -> dict[str, int]:
    """KiB: `pss_kb`, shared pages counted by share, and `uss_kb`, those of nobody else."""
    found: dict[str, int] = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, value = line.partition(":")
        if value.endswith("kB"):
            found[name] = int(value.split()[0])
    return {"pss_kb": found["Pss"], "uss_kb": found["Private_Clean"] + found["Private_Dirty"]}


def emit(line: dict[str, Any]) -> None:
    """One JSON line: what every probe prints."""
    print(orjson.dumps(line).decode(), flush=True)  # noqa: T201


def percentile(ordered: Sequence[float], share: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]


def line(system: str, item: str, latencies: list[int], wall: float, cpu: float, **extra: Any) -> dict[str, Any]:
    """The fields of one timed run, under the names that the peers' benches print; latencies are nanoseconds."""
    latencies.sort()
    calls = len(latencies)
    return {
        "system": system,
        "item": item,
        "calls": calls,
        "cps": round(calls / wall),
        "cpu_us": round(cpu / calls * 1e6, 1),
        "p50_us": round(percentile(latencies, 50) / 1e3, 1),
        "p99_us": round(percentile(latencies, 99) / 1e3, 1),
        **extra,
    }
