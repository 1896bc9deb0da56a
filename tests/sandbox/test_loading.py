"""What a script is told of its first run is its own doing: a cell that dies of something else is replaced, once."""

import asyncio
import signal

import pytest

from sandbox import Completed, Crashed, Limits, NotRun, Outcome, Sandbox, wire
from tests.sandbox.liars import PROGRAM, READY, Liar, Send, lying, result

GARBAGE = wire.encode(wire.LOAD, 1, b"", b"")


def loaded(liar: Liar, status: int = signal.SIGKILL) -> tuple[Outcome, int]:
    """What became of a load, and how many cells it took."""

    async def main() -> tuple[Outcome, int]:
        async with lying(liar, Limits(), status=status) as (pool, nursery):
            sandbox = Sandbox()
            sandbox._pool = pool
            return await sandbox.load(PROGRAM), nursery.born

    return asyncio.run(main())


def failing(times: int, with_: bytes | None) -> Liar:
    """So many cells send this, or end when it is None, instead of saying which hooks there are."""
    cells = 0

    async def liar(frame: wire.Frame, send: Send) -> None:
        nonlocal cells
        if frame.kind == wire.LOAD:
            await send(READY)
            return
        cells += 1
        if cells > times:
            await send(result(frame.call, b'["process_incoming"]'))
        elif with_ is None:
            raise OSError("it ends")
        else:
            await send(with_)

    return liar


@pytest.mark.parametrize("with_", [None, GARBAGE])
def test_a_cell_that_dies_of_something_else_is_replaced_once(with_: bytes | None) -> None:
    outcome, cells = loaded(failing(1, with_))
    assert isinstance(outcome, Completed) and outcome.value == ["process_incoming"] and cells == 2
    assert loaded(failing(5, with_)) == (NotRun("busy"), 2)


def test_a_cell_that_was_not_locked_down_says_nothing_about_its_script() -> None:
    assert loaded(failing(5, None), 70 << 8) == (NotRun("busy"), 2)


@pytest.mark.parametrize("status", [signal.SIGSYS, signal.SIGSEGV, 1 << 8])
def test_a_script_that_ends_its_cell_is_told_so(status: int) -> None:
    outcome, cells = loaded(failing(5, None), status)
    assert isinstance(outcome, Crashed) and outcome.own_doing and cells == 1


def test_a_bad_frame_is_not_a_scripts_doing_whatever_its_process_ends_with() -> None:
    assert loaded(failing(5, GARBAGE), signal.SIGSEGV) == (NotRun("busy"), 2)
