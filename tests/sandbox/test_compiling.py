"""What a source is blamed for when its compile cell dies: for what it did, and for nothing else."""

import asyncio
import signal

import pytest

from sandbox import Limits, Rejected, wire
from sandbox.compiling import Compiling
from sandbox.harden import NOT_LOCKED_DOWN
from tests.sandbox.cells import HOOKS
from tests.sandbox.liars import Send, lying


async def dies(frame: wire.Frame, send: Send) -> None:
    raise OSError("it ends")


def compiled(status: int | None) -> object:
    """What is said of a source whose cell ended with this wait status; None: nobody told."""

    async def main() -> object:
        async with lying(dies, Limits(), status=status or 0) as (_, nursery):
            child = await nursery.fork(0)
            if status is None:
                child.exited = asyncio.get_running_loop().create_future()
            return await Compiling(child, Limits(), HOOKS).run(1, "script.py", b"x = 1")

    return asyncio.run(main())


@pytest.mark.parametrize("status", [signal.SIGSEGV, signal.SIGSYS, 1 << 8])
def test_a_source_that_breaks_the_compiler_is_told_so(status: int) -> None:
    answer = compiled(status)
    assert isinstance(answer, Rejected) and answer.diagnostics[0].rule == "compile-limit"


def test_a_source_is_not_blamed_for_what_it_did_not_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.zygotes.EXIT_REPORT_SECONDS", 0.01)
    for status in (signal.SIGKILL, NOT_LOCKED_DOWN << 8, None):
        assert compiled(status) is None, status
