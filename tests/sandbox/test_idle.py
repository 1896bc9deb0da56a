"""A cell that works with no call in it has no clock: it is looked for, and ended."""

import asyncio
import logging
import time
from dataclasses import replace

import pytest

from sandbox import Completed
from sandbox.handle import CellHandle
from tests.sandbox.cells import SHORT, Cells, started
from tests.sandbox.unlocked import unlocked

# With the language layer off it finds the cell it is in, answers in its place, and goes on.
ANSWERS_AND_GOES_ON = """
import os, signal, sys
from sandbox import wire
def process_incoming(request):
    frame = sys._getframe()
    while not hasattr(cell := frame.f_locals.get("self"), "current"):
        frame = frame.f_back
    signal.setitimer(signal.ITIMER_PROF, 0)
    cell.flush()
    os.write(3, wire.encode(wire.DONE, cell.current, wire.RECEIPT.pack(1, 1, 0, 0), b'"mine"'))
    while True:
        pass
"""


def cell_of(cells: Cells, key: str) -> CellHandle:
    assert cells.sandbox._pool is not None
    (cell,) = [cell for cell, lane in cells.sandbox._pool._lane_of.items() if lane.program.key == key]
    return cell


def test_a_cell_that_answers_by_itself_and_goes_on_is_ended_and_those_that_wait_are_not(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sandbox.idle.LOOK_EVERY_SECONDS", 0.05)
    honest = unlocked("def process_incoming(request):\n    return 1\n", "honest")
    hostile = unlocked(ANSWERS_AND_GOES_ON, "hostile")

    async def beside(cells: Cells) -> tuple[CellHandle, CellHandle]:
        assert isinstance(await cells.sandbox.call(honest, "process_incoming", {}), Completed)
        waiting = cell_of(cells, "honest")
        outcome = await cells.sandbox.call(hostile, "process_incoming", {})
        assert isinstance(outcome, Completed) and outcome.value == "mine"
        working = cell_of(cells, "hostile")
        deadline = time.monotonic() + 20
        while not working.gone:
            assert time.monotonic() < deadline, "it works for ever"
            await asyncio.sleep(0.01)
        return waiting, working

    with started(replace(SHORT, cpu_seconds=1.0)) as cells, caplog.at_level(logging.WARNING):
        waiting, working = cells.run(beside(cells))
        assert not waiting.gone
        assert f"cell {working.child.pid} worked with no call in it" in caplog.text
