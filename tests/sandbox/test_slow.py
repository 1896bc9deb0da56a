import asyncio
import itertools
from dataclasses import replace

from sandbox import TimedOut, wire
from tests.sandbox.cells import SHORT
from tests.sandbox.liars import READY, Send, lying
from tests.sandbox.test_handle import call

WALL = 0.5


def test_the_clock_of_a_cell_that_stands_still_stands_still_too() -> None:
    async def says_nothing(frame: wire.Frame, send: Send) -> None:
        if frame.kind == wire.LOAD:
            await send(READY)

    async def main() -> None:
        limits = replace(SHORT, wall_seconds=WALL, wall_seconds_extended=WALL)
        async with lying(says_nothing, limits) as (pool, _):
            answer = asyncio.ensure_future(call(pool, itertools.count(1)))
            while not (busy := [cell for cell in pool._lane_of if cell.jobs]):
                await asyncio.sleep(0)
            (cell,) = busy
            cell.pause()
            await asyncio.sleep(2 * WALL)
            assert not answer.done()
            cell.resume()
            outcome = await answer
            assert isinstance(outcome, TimedOut) and outcome.clock == "wall"

    asyncio.run(main())
