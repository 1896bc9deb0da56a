"""Zygotes: relieved in turn, replaced when they die, started once, and nothing left of what nobody waits for."""

import asyncio
import os
import resource
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from sandbox import Completed, NurseryDown, Sandbox
from sandbox import nursery as nursery_module
from sandbox.nursery import Nursery
from sandbox.zygotes import Exit, ZygoteHandle
from tests.sandbox.cells import SHORT, Cells, started
from tests.sandbox.test_harden import gone

HELLO = "def process_incoming(request):\n    return request['n']\n"
MEMORY = 64 * 1024 * 1024


def with_nursery(use: Callable[[Nursery], Awaitable[None]], rotate_seconds: float = 3600) -> None:
    async def main() -> None:
        nursery = Nursery("run", cell_uid=65534, rotate_seconds=rotate_seconds)
        await nursery.start()
        try:
            await use(nursery)
        finally:
            await nursery.close()

    asyncio.run(main())


async def until(condition: Callable[[], bool], why: str) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, why
        await asyncio.sleep(0.01)


def test_a_zygote_is_relieved_and_stays_until_its_children_are_gone() -> None:
    async def use(nursery: Nursery) -> None:
        child = await nursery.fork(MEMORY)
        while child.generation != nursery.generation:
            # it was relieved before this test could look
            child.end()
            child = await nursery.fork(MEMORY)
        first = nursery.pid
        assert first is not None
        await until(lambda: nursery.generation > child.generation, "it was not relieved")
        assert nursery.pid != first and not gone(first) and not gone(child.pid)
        child.end()
        await until(lambda: gone(first), "it stayed although its children were gone")

    with_nursery(use, rotate_seconds=1.0)


def test_cells_of_a_relieved_zygote_end_after_their_next_call() -> None:
    with started(SHORT) as cells:

        async def call() -> int:
            outcome = await cells.start(HELLO, {"n": 1})
            assert isinstance(outcome, Completed)
            await asyncio.sleep(0.01)
            pool = cells.sandbox._pool
            assert pool is not None
            return len(pool._lane_of)

        async def through_a_relief() -> list[int]:
            before = await call()
            await cells.sandbox._scripts.relieve()
            return [before, await call(), await call()]

        assert cells.run(through_a_relief()) == [1, 0, 1]


def test_a_zygote_that_dies_at_once_is_not_started_without_end() -> None:
    async def use(nursery: Nursery) -> None:
        starts = 0
        begun = time.monotonic()
        while time.monotonic() - begun < 2.5:
            await until(lambda: nursery.pid is not None, "none came")
            assert nursery.pid is not None
            os.kill(nursery.pid, signal.SIGKILL)
            starts += 1
            generation = nursery.generation
            await until(lambda g=generation: nursery.generation > g, "no new one came")  # type: ignore[misc]
        # the pauses between them grow to a second
        assert starts <= 9
        assert nursery._pause == nursery_module.RESTART_MOST_SECONDS or starts < 6

    with_nursery(use)


def test_a_zygote_that_does_not_answer_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.zygotes.FORK_SECONDS", 0.2)

    async def use(nursery: Nursery) -> None:
        assert nursery.pid is not None
        os.kill(nursery.pid, signal.SIGSTOP)
        with pytest.raises(NurseryDown, match="did not fork"):
            await nursery.fork(MEMORY)
        await until(lambda: nursery.generation == 2, "no new one came")
        (await nursery.fork(MEMORY)).end()

    with_nursery(use)


def test_a_zygote_is_reaped_although_whoever_ends_it_is_cancelled() -> None:
    async def use(nursery: Nursery) -> None:
        zygote = nursery._current
        assert zygote is not None and zygote._process is not None
        os.kill(zygote._process.pid, signal.SIGSTOP)
        closing = asyncio.ensure_future(zygote.close())
        await asyncio.sleep(0.05)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        assert zygote._process.returncode == -signal.SIGKILL

    with_nursery(use)


def test_a_child_that_nobody_waits_for_any_more_is_ended() -> None:
    async def use(nursery: Nursery) -> None:
        zygote = nursery._current
        assert zygote is not None
        before = len(os.listdir("/proc/self/fd"))
        for patience in (0, 0.0005, 0.001, 0.002, 0.004, 0.02):
            asking = asyncio.ensure_future(zygote.fork(MEMORY))
            await asyncio.sleep(patience)
            asking.cancel()
            with suppress(asyncio.CancelledError):
                (await asking).end()
        await until(lambda: zygote.childless, "children were left")
        assert len(os.listdir("/proc/self/fd")) == before

    with_nursery(use)


def test_children_die_with_their_zygote_and_are_orphans() -> None:
    async def use(nursery: Nursery) -> None:
        child = await nursery.fork(MEMORY)
        assert nursery.pid is not None
        os.kill(nursery.pid, signal.SIGKILL)
        assert await child.exit() is None and child.orphaned
        await until(lambda: gone(child.pid), "it outlived its zygote")
        child.close()

    with_nursery(use)


def test_a_zygote_that_dies_as_soon_as_it_is_up_is_not_taken_for_one_that_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deaths = 0

    async def up_and_gone(waiting: "asyncio.Future[list[str]]", seconds: float) -> list[str]:
        nonlocal deaths
        layers = await waiting
        if deaths < 2:
            deaths += 1
            (zygote,) = starting
            zygote.kill()
            await until(lambda: zygote._control is None, "its end was not heard of")
        return layers

    starting: list[ZygoteHandle] = []
    begin = ZygoteHandle.start

    async def start(zygote: ZygoteHandle) -> None:
        starting[:] = [zygote]
        with monkeypatch.context() as patch:
            patch.setattr("sandbox.zygotes.asyncio.wait_for", up_and_gone)
            await begin(zygote)

    async def main() -> None:
        nursery = Nursery("run", cell_uid=65534)
        monkeypatch.setattr(ZygoteHandle, "start", start)
        with pytest.raises(NurseryDown, match="as soon as it was up"):
            await nursery.start()
        with pytest.raises(NurseryDown, match="as soon as it was up"):
            await nursery.start()
        await nursery.start()
        (await nursery.fork(MEMORY)).end()
        await nursery.close()

    asyncio.run(main())


@contextmanager
def descriptors(left: int) -> Iterator[None]:
    """So many more may be opened by this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    first = os.dup(0)
    resource.setrlimit(resource.RLIMIT_NOFILE, (first + 64, hard))
    taken = [first]
    try:
        with suppress(OSError):
            while True:
                taken.append(os.dup(0))
        for fd in taken[len(taken) - left :]:
            os.close(fd)
        del taken[len(taken) - left :]
        yield
    finally:
        for fd in taken:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_without_a_free_descriptor_no_child_is_forked_and_the_zygote_stays() -> None:
    async def use(nursery: Nursery) -> None:
        zygote = nursery._current
        assert zygote is not None
        with descriptors(0), pytest.raises(NurseryDown, match="ulimit"):
            await zygote.fork(MEMORY)
        # enough to ask, and none for what comes with the answer
        with descriptors(2):
            asking = asyncio.ensure_future(zygote.fork(MEMORY))
            await asyncio.sleep(0)
            taken = os.dup(0)
            with pytest.raises(NurseryDown, match="ulimit"):
                await asking
            os.close(taken)
        assert nursery._current is zygote
        child = await zygote.fork(MEMORY)
        child.end()
        await until(lambda: zygote.childless, "children were left")

    with_nursery(use)


def test_a_zygote_is_replaced_although_no_descriptor_is_free_at_first() -> None:
    async def use(nursery: Nursery) -> None:
        assert nursery.pid is not None
        with descriptors(0):
            os.kill(nursery.pid, signal.SIGKILL)
            await until(lambda: nursery._pause > 0, "it was not missed")
            await asyncio.sleep(0.1)
        await until(lambda: nursery.pid is not None, "no new one came")
        (await nursery.fork(MEMORY)).end()

    with_nursery(use)


def test_every_signal_has_words() -> None:
    assert "signal 15 (Terminated)" in Exit(signal.SIGTERM, 0.0, 0).describe()
    for number in range(1, signal.SIGRTMAX):
        assert f"signal {number} (" in Exit(number, 0.0, 0).describe()


def test_how_a_child_ended_is_told_by_its_zygote() -> None:
    async def use(nursery: Nursery) -> None:
        child = await nursery.fork(MEMORY)
        child.send_signal(signal.SIGSEGV)
        ended = await child.exit()
        assert ended is not None and ended.signal == signal.SIGSEGV and "signal 11" in ended.describe()
        child.close()

    with_nursery(use)


def test_a_sandbox_is_started_once() -> None:
    async def main() -> None:
        sandbox = Sandbox(SHORT)
        await sandbox.start()
        try:
            with pytest.raises(RuntimeError, match="started once"):
                await sandbox.start()
        finally:
            await sandbox.close()

    asyncio.run(main())


def test_a_system_without_what_locks_cells_down_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        sandbox = Sandbox(SHORT)
        with pytest.raises(NurseryDown, match="Linux"):
            await sandbox.start()
        await sandbox.close()

    monkeypatch.setattr("sys.platform", "plan9")
    asyncio.run(main())


def test_a_zygote_that_cannot_start_says_why_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        sandbox = Sandbox(SHORT)
        with pytest.raises(NurseryDown, match="is hookcell installed where `/bin/false -I` finds it"):
            await sandbox.start()
        assert sandbox._scripts.pid is None and sandbox._compilers.pid is None
        # neither start is still at it
        assert asyncio.all_tasks() == {asyncio.current_task()}

    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr("sys.executable", "/bin/false")
    asyncio.run(main())
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_compilation_that_dies_with_its_zygote_blames_no_source(cells: Cells) -> None:
    slow = "".join(f"def f{n}(a, b={n}):\n    return [a.x for x in b if x][{n}]\n" for n in range(3000))

    async def compile_and_kill() -> object:
        compilers = cells.sandbox._compilers
        assert compilers._current is not None
        children = compilers._current._children

        def at_work() -> bool:
            return bool(set(children.values()) - {compilers._spare})

        await until(lambda: not at_work() and compilers._refill is None, "a compilation was left")
        compiling = asyncio.ensure_future(cells.sandbox.compile(slow))
        await until(at_work, "no cell came to compile it")
        assert compilers.pid is not None
        os.kill(compilers.pid, signal.SIGKILL)
        return await compiling

    assert type(cells.run(compile_and_kill())).__name__ == "NotRun"
    assert isinstance(cells.call(HELLO, {"n": 1}, owner="after"), Completed)


async def spare_of(nursery: Nursery) -> int:
    await until(lambda: nursery._spare is not None, "no child was forked ahead")
    assert nursery._spare is not None
    return nursery._spare.pid


def test_a_child_is_forked_ahead_for_whoever_asks_next() -> None:
    async def use(nursery: Nursery) -> None:
        first = await nursery.fork(MEMORY)
        spare = await spare_of(nursery)
        second = await nursery.fork(MEMORY)
        assert second.pid == spare != first.pid
        assert await spare_of(nursery) not in (first.pid, second.pid)
        first.end()
        second.end()

    with_nursery(use)


def test_a_spare_of_another_size_or_that_has_died_is_given_to_nobody() -> None:
    async def use(nursery: Nursery) -> None:
        (await nursery.fork(MEMORY)).end()
        spare = await spare_of(nursery)
        larger = await nursery.fork(2 * MEMORY)
        assert larger.pid != spare
        await until(lambda: gone(spare), "the spare stayed")
        larger.end()
        spare = await spare_of(nursery)
        os.kill(spare, signal.SIGKILL)
        await until(lambda: nursery._spare is not None and nursery._spare.exited.done(), "nobody told of its death")
        after = await nursery.fork(2 * MEMORY)
        assert after.pid != spare and not gone(after.pid)
        after.end()

    with_nursery(use)


def test_a_spare_ends_with_its_zygotes_turn_and_with_the_nursery() -> None:
    kept = []

    async def use(nursery: Nursery) -> None:
        (await nursery.fork(MEMORY)).end()
        spare = await spare_of(nursery)
        await nursery.relieve()
        await until(lambda: gone(spare), "the spare outlived its zygote's turn")
        (await nursery.fork(MEMORY)).end()
        kept.append(await spare_of(nursery))

    with_nursery(use)
    assert gone(kept[0])
