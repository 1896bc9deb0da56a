"""Warm calls: throughput against a kept isolate, latency against the same script unprotected in this process."""

from collections.abc import Callable

from tests.bench.table import Probe, Round, Row
from tests.bench.workload import ITEMS

ISOLATE = "ivm-rc"
# a push without a signature is the peers' `w`, a greeting their `t`
PEER_ITEM = {"push": "w", "greet": "t"}
CROWD = {item: Probe("sandbox", f"--item {item} --in-flight 16 --seconds SECONDS", one_core=True) for item in ITEMS}
ALONE = {item: Probe("sandbox", f"--item {item} --in-flight 1 --seconds SECONDS", one_core=True) for item in ITEMS}
# RestrictedPython has no annotated assignments
FLOOR = {
    item: Probe("inproc", f"--item {item} --seconds SECONDS" + " --plain" * (item == "typed"), one_core=True)
    for item in ITEMS
}
CELLS = Probe("sandbox", "--item push --in-flight 16 --programs 4 --seconds SECONDS")


def _rate(probe: Probe, item: str) -> Callable[[Round], float]:
    return lambda one: float(one.lines[probe]["cps"] / one.peers[ISOLATE, PEER_ITEM[item]]["cps"])


def _rates(probe: Probe, item: str) -> Callable[[Round], str]:
    return lambda one: f"{one.lines[probe]['cps']:,}/s, isolate {one.peers[ISOLATE, PEER_ITEM[item]]['cps']:,}/s"


def _floor(probe: Probe, item: str, field: str) -> Callable[[Round], float]:
    return lambda one: float(one.lines[probe][field] / one.lines[FLOOR[item]][field])


def _floors(probe: Probe, item: str, field: str) -> Callable[[Round], str]:
    return lambda one: f"{one.lines[probe][field]:,} us, in process {one.lines[FLOOR[item]][field]:,} us"


ROWS = (
    *(
        Row(
            f"{item}, 16 in flight, one core, calls/s against the isolate",
            (CROWD[item],),
            _rate(CROWD[item], item),
            hold=hold,
            aim=aim,
            beside=_rates(CROWD[item], item),
        )
        for item, hold, aim in (("push", 1.1, 1.3), ("greet", 1.8, 2.2))
    ),
    Row(
        "push, all cores, several cells, calls/s against the isolate",
        (CELLS,),
        _rate(CELLS, "push"),
        hold=2,
        aim=2.5,
        beside=_rates(CELLS, "push"),
    ),
    *(
        Row(
            f"{item} alone, one core, p50 against RestrictedPython in process",
            (ALONE[item], FLOOR[item]),
            _floor(ALONE[item], item, "p50_us"),
            hold=1.9 if item == "push" else None,
            aim=1.6 if item == "push" else None,
            least=True,
            beside=_floors(ALONE[item], item, "p50_us"),
        )
        for item in ITEMS
    ),
    *(
        Row(
            f"{item}, 16 in flight, one core, CPU a call against RestrictedPython in process",
            (CROWD[item], FLOOR[item]),
            _floor(CROWD[item], item, "cpu_us"),
            beside=_floors(CROWD[item], item, "cpu_us"),
        )
        for item in ITEMS
    ),
    Row(
        "push alone, one core, p99 over p50",
        (ALONE["push"],),
        lambda one: float(one.lines[ALONE["push"]]["p99_us"] / one.lines[ALONE["push"]]["p50_us"]),
        hold=1.5,
        aim=1.3,
        least=True,
        beside=lambda one: "p99 {p99_us:,} us, p50 {p50_us:,} us".format_map(one.lines[ALONE["push"]]),
    ),
)
