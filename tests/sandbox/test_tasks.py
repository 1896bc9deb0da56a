"""Tasks and their owner's end."""

import asyncio

from sandbox.tasks import Tasks


def test_at_the_end_what_was_started_is_cancelled_and_what_others_wait_for_is_seen_through() -> None:
    said: list[str] = []

    async def work(name: str, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
            said.append(f"{name} ended")
        except asyncio.CancelledError:
            said.append(f"{name} cancelled")
            raise

    async def main() -> None:
        tasks = Tasks()
        started = tasks.start(work("long", 60))
        tasks.see_through(work("short", 0.01))
        await asyncio.sleep(0)
        # it has not begun when all ends
        tasks.see_through(work("late", 0))
        assert len(tasks) == 3
        await tasks.close()
        assert started.cancelled() and len(tasks) == 0

    asyncio.run(main())
    assert sorted(said) == ["late ended", "long cancelled", "short ended"]


def test_what_is_started_while_all_ends_ends_too() -> None:
    async def main() -> None:
        tasks = Tasks()
        started: list[asyncio.Task[None]] = []

        async def starts_another() -> None:
            try:
                await asyncio.sleep(60)
            finally:
                started.append(tasks.start(asyncio.sleep(60)))

        tasks.start(starts_another())
        await asyncio.sleep(0)
        await tasks.close()
        assert [task.cancelled() for task in started] == [True] and len(tasks) == 0

    asyncio.run(main())


def test_tasks_that_have_just_ended_keep_nobody_waiting() -> None:
    async def main() -> None:
        tasks = Tasks()
        ended = tasks.start(asyncio.sleep(0))
        # this runs in the very turn of the loop in which it ends, before whoever else is told
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert ended.done() and len(tasks) == 1
        await asyncio.wait_for(tasks.close(), 5)
        assert len(tasks) == 0

    asyncio.run(main())
