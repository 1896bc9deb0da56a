"""Many calls, dying cells, full queues: what is lost, what runs again, who is blamed."""

import asyncio
import os
import signal
import time
from dataclasses import replace

import pytest

from sandbox import Completed, Crashed, Limits, NotRun, Outcome, OutOfMemory, Sandbox, TimedOut
from sandbox.handle import CellHandle
from sandbox.room import UNPROVEN_PER_CORE
from sandbox.scheduling import shared_cores
from tests.sandbox.cells import SHORT, Cells, started
from tests.sandbox.unlocked import unlocked

HELLO = "def process_incoming(request):\n    return request['n']\n"
SPIN = "def process_incoming(request):\n    while request.get('spin', True):\n        pass\n    return request['n']\n"
# waits on its own for what the server sends: only a cell in attackers' hands can
WAITS = """
import os, signal
def process_incoming(request):
    signal.setitimer(signal.ITIMER_PROF, 0)
    while True:
        os.read(3, 10)
"""
# a single call into C that no signal handler interrupts
STUCK = "def process_incoming(request):\n    if request.get('spin'):\n        return len(str(pow(7, 9 ** 7)))\n    return request['n']\n"


def cell_handles(cells: Cells) -> list[CellHandle]:
    pool = cells.sandbox._pool
    assert pool is not None
    return list(pool._lane_of)


def value(outcome: Outcome) -> object:
    assert isinstance(outcome, Completed), outcome
    return outcome.value


def test_calls_in_flight_are_answered_each_its_own(cells: Cells) -> None:
    async def many() -> list[Outcome]:
        program = await cells.program(HELLO)
        return await asyncio.gather(*(cells.sandbox.call(program, "process_incoming", {"n": n}) for n in range(60)))

    assert [value(outcome) for outcome in cells.run(many())] == list(range(60))


def test_quick_calls_behind_one_that_never_ends_are_answered(cells: Cells) -> None:
    async def many() -> tuple[list[Outcome], Outcome]:
        program = await cells.program(SPIN)
        await cells.sandbox.call(program, "process_incoming", {"n": 0, "spin": False})
        calls = [cells.sandbox.call(program, "process_incoming", {"n": n, "spin": False}) for n in range(7)]
        spinning = cells.sandbox.call(program, "process_incoming", {"n": 0})
        behind = [cells.sandbox.call(program, "process_incoming", {"n": n, "spin": False}) for n in range(7, 14)]
        *quick, slow = await asyncio.gather(*calls, *behind, spinning)
        return quick, slow

    quick, slow = cells.run(many())
    assert [value(outcome) for outcome in quick] == list(range(14))
    assert isinstance(slow, TimedOut)


def test_a_cell_killed_with_calls_in_it_loses_none(cells: Cells) -> None:
    source = "def process_incoming(request):\n    return sum(i for i in range(200000)) and request['n']\n"

    async def many() -> list[Outcome]:
        program = await cells.program(source)
        await cells.sandbox.call(program, "process_incoming", {"n": 0})
        calls = [asyncio.ensure_future(cells.sandbox.call(program, "process_incoming", {"n": n})) for n in range(6)]
        while not (victims := [cell for cell in cell_handles(cells) if len(cell.jobs) > 1]):
            await asyncio.sleep(0)
        os.kill(victims[0].child.pid, signal.SIGKILL)
        return await asyncio.gather(*calls)

    assert [value(outcome) for outcome in cells.run(many())] == list(range(6))


def test_a_call_alone_in_its_cell_is_blamed_for_its_death(cells: Cells) -> None:
    async def one() -> Outcome:
        program = await cells.program(SPIN, owner="blamed")
        call = asyncio.ensure_future(cells.sandbox.call(program, "process_incoming", {"n": 0}))
        while not (busy := [cell for cell in cell_handles(cells) if cell.jobs]):
            await asyncio.sleep(0.001)
        os.kill(busy[0].child.pid, signal.SIGKILL)
        return await call

    outcome = cells.run(one())
    assert isinstance(outcome, Crashed) and "killed by signal 9" in outcome.message
    assert value(cells.call(HELLO, {"n": 5})) == 5


def test_a_killed_zygote_is_replaced_and_its_calls_run_again(cells: Cells) -> None:
    source = "def process_incoming(request):\n    return sum(i for i in range(300000)) and request['n']\n"

    async def kill_under_way() -> list[Outcome]:
        program = await cells.program(source)
        await cells.sandbox.call(program, "process_incoming", {"n": 0})
        calls = [asyncio.ensure_future(cells.sandbox.call(program, "process_incoming", {"n": n})) for n in range(3)]
        await asyncio.sleep(0.005)
        pid = cells.sandbox._scripts.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        return await asyncio.gather(*calls)

    assert [value(outcome) for outcome in cells.run(kill_under_way())] == [0, 1, 2]
    assert value(cells.call(HELLO, {"n": 6})) == 6


def test_a_call_stuck_in_c_is_found_guilty_and_its_neighbours_are_not(cells: Cells) -> None:
    async def many() -> tuple[list[Outcome], Outcome]:
        program = await cells.program(STUCK)
        await cells.sandbox.call(program, "process_incoming", {"n": 0})
        calls = [cells.sandbox.call(program, "process_incoming", {"n": n}) for n in range(3)]
        stuck = cells.sandbox.call(program, "process_incoming", {"n": 0, "spin": True})
        *quick, slow = await asyncio.gather(*calls, stuck)
        return quick, slow

    quick, slow = cells.run(many())
    assert [value(outcome) for outcome in quick] == [0, 1, 2]
    assert not isinstance(slow, Completed)


def test_an_out_of_memory_in_a_bloated_cell_is_asked_again_in_a_fresh_one() -> None:
    hoard = "import re\ndef process_incoming(request):\n    return len(['a' * 8000000 for _ in range(request['n'])])\n"
    with started(replace(SHORT, cell_growth=10**9)) as cells:
        # three quarters of the limit fit a fresh cell, and whatever ran before must not change that
        for _ in range(3):
            assert value(cells.call(hoard, {"n": 6})) == 6
        assert isinstance(cells.call(hoard, {"n": 10}), OutOfMemory)


def test_a_call_of_its_own_gets_a_cell_that_ends_with_it(cells: Cells) -> None:
    async def twice() -> tuple[set[int], set[int]]:
        program = await cells.program(HELLO, owner="once")
        before = {cell.child.pid for cell in cell_handles(cells)}
        for n in range(2):
            assert value(await cells.sandbox.call(program, "process_incoming", {"n": n}, once=True)) == n
        await asyncio.sleep(0.05)
        return before, {cell.child.pid for cell in cell_handles(cells)}

    before, after = cells.run(twice())
    assert after <= before


def test_a_cell_is_recycled_after_its_number_of_calls() -> None:
    with started(replace(SHORT, cell_recycle_calls=3)) as cells:
        pids = set()
        for n in range(9):
            value(cells.call(HELLO, {"n": n}))
            pids |= {cell.child.pid for cell in cell_handles(cells)}
        assert len(pids) >= 3


def test_idle_cells_make_room_and_no_more_than_the_limit_live() -> None:
    with started(replace(SHORT, cells=3)) as cells:
        for owner in range(12):
            assert value(cells.call(HELLO, {"n": owner}, owner=str(owner))) == owner
            assert cells.sandbox.cells <= 3


def test_a_full_queue_and_a_long_wait_are_busy_and_run_nothing() -> None:
    limits = replace(
        SHORT,
        cells=1,
        cells_per_integration=1,
        queue_per_integration=4,
        wait_for_cell_seconds=0.1,
        cpu_seconds=1,
        wall_seconds=2,
    )
    with started(limits) as cells:

        async def flood() -> list[Outcome]:
            spinning = await cells.program(SPIN, owner="spinner")
            waiting = await cells.program(HELLO, owner="waiter")
            first = asyncio.ensure_future(cells.sandbox.call(spinning, "process_incoming", {"n": 0}))
            await asyncio.sleep(0.05)
            others = [cells.sandbox.call(waiting, "process_incoming", {"n": n}) for n in range(6)]
            return [*await asyncio.gather(*others), await first]

        *others, first = cells.run(flood())
        assert others == [NotRun("busy")] * 6
        assert isinstance(first, TimedOut)
        assert value(cells.call(HELLO, {"n": 1}, owner="waiter")) == 1


def test_stopping_answers_everyone_and_leaves_no_process() -> None:
    async def main() -> tuple[list[Outcome], list[int]]:
        sandbox = Sandbox(SHORT)
        await sandbox.start()
        cells = Cells(asyncio.Runner(), sandbox)
        program = await cells.program(SPIN)
        calls = [asyncio.ensure_future(sandbox.call(program, "process_incoming", {"n": n})) for n in range(3)]
        while not any(cell.jobs for cell in cell_handles(cells)):
            await asyncio.sleep(0.001)
        pids = [cell.child.pid for cell in cell_handles(cells)]
        pids += [pid for pid in (sandbox._scripts.pid, sandbox._compilers.pid) if pid is not None]
        await sandbox.close()
        return list(await asyncio.gather(*calls)), pids

    outcomes, pids = asyncio.run(main())
    assert outcomes == [NotRun("stopping")] * 3
    deadline = time.monotonic() + 5
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, "a process outlived the sandbox"
        time.sleep(0.01)


def test_a_call_whose_cell_has_just_died_is_answered_when_the_pool_stops() -> None:
    with started() as cells:
        sandbox = cells.sandbox
        zygote = sandbox._scripts.pid
        assert zygote is not None

        async def scenario() -> tuple[CellHandle, asyncio.Future[Outcome]]:
            program = await cells.program(SPIN)
            call = sandbox.call(program, "process_incoming", {"n": 0})
            while not (busy := [cell for cell in cell_handles(cells) if cell.jobs]):
                await asyncio.sleep(0.001)
            # its word on how the cell ended is late
            os.kill(zygote, signal.SIGSTOP)
            busy[0].child.send_signal(signal.SIGKILL)
            while not busy[0].gone:
                await asyncio.sleep(0.001)
            os.kill(zygote, signal.SIGCONT)
            await sandbox.close()
            return busy[0], call

        cell, call = cells.run(scenario())
        assert call.done() and cell.child.pidfd == -1


def test_programs_that_are_turned_away_leave_no_lane() -> None:
    with started(replace(SHORT, queue_total=1, cells=1)) as cells:

        async def crowd() -> list[Outcome]:
            program = await cells.program(SPIN)
            crowd = (replace(program, key=f"crowd/{n}", owner=f"owner {n}") for n in range(30))
            return await asyncio.gather(*(cells.sandbox.call(one, "process_incoming", {"n": 0}) for one in crowd))

        found = cells.run(crowd())
        assert any(isinstance(outcome, NotRun) for outcome in found)
        pool = cells.sandbox._pool
        assert pool is not None and len(pool._lanes.all()) <= 1


def test_scripts_nobody_has_seen_run_wait_no_longer_than_half_a_second_for_cells_that_stand_still() -> None:
    with started(Limits()) as cells:

        async def crowd() -> tuple[Outcome, bool]:
            count = UNPROVEN_PER_CORE * len(shared_cores())
            hanging = [cells.sandbox.call(unlocked(WAITS, f"h{n}"), "process_incoming", {}) for n in range(count)]
            while len([cell for cell in cell_handles(cells) if cell.jobs]) < count:
                await asyncio.sleep(0.01)
            new = unlocked("def process_incoming(request):\n    return 1\n", "new")
            return await cells.sandbox.call(new, "process_incoming", {}), any(call.done() for call in hanging)

        outcome, ended = cells.run(crowd())
        assert (value(outcome), ended) == (1, False)


def test_slow_calls_take_turns_and_healthy_ones_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    # on a machine with many, all of them could run at once
    monkeypatch.setattr("sandbox.slow.shared_cores", lambda: frozenset({0, 1}))
    limits = replace(SHORT, slow_cells_per_core=1, cpu_seconds=0.3, wall_seconds=1.0, wall_seconds_extended=10.0)
    with started(limits) as cells:

        async def crowd() -> tuple[list[Outcome], list[Outcome], int]:
            programs = [await cells.program(SPIN, owner=f"spinner {n}") for n in range(8)]
            healthy = await cells.program(HELLO, owner="healthy")
            spinning = [asyncio.ensure_future(cells.sandbox.call(p, "process_incoming", {"n": 0})) for p in programs]
            stopped = 0
            while stopped < 6 and not any(call.done() for call in spinning):
                await asyncio.sleep(0.01)
                stopped = sum(cell.paused for cell in cell_handles(cells))
            answers = [await cells.sandbox.call(healthy, "process_incoming", {"n": n}) for n in range(20)]
            return answers, list(await asyncio.gather(*spinning)), stopped

        answers, slow, stopped = cells.run(crowd())
        assert [value(outcome) for outcome in answers] == list(range(20))
        # By whichever clock: beside much else, the lowest priority gets little of the processor.
        assert all(isinstance(outcome, TimedOut) for outcome in slow), slow
        assert stopped == 6


def test_the_overall_limit_ends_a_call_whatever_the_other_clocks_say(cells: Cells) -> None:
    outcome = cells.call(SPIN, {"n": 0}, overall_seconds=0.05, owner="overall")
    assert isinstance(outcome, TimedOut) and outcome.clock == "overall"
    assert outcome.limit_seconds == 0.05


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # a zombie of a zygote that ended before it could reap it goes with the next reaping
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
