"""Memory (PSS) of cells that have served, beside the two zygotes that they share pages with."""

from tests.bench.table import Probe, Row

CELLS = Probe("memory", "--cells 100")

ROWS = (
    Row(
        "MB of a warm cell, one of 100",
        (CELLS,),
        lambda one: float(one.lines[CELLS]["cell_mb"]),
        hold=4,
        aim=2.5,
        least=True,
    ),
    Row(
        "GB of 100 warm cells",
        (CELLS,),
        lambda one: float(one.lines[CELLS]["all_mb"] / 1024),
        hold=0.4,
        aim=0.25,
        least=True,
        beside=lambda one: f"the zygotes {one.lines[CELLS]['zygotes_mb']:.0f} MB",
    ),
)
