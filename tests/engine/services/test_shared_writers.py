"""Runs of several processes that share a database: each is a kit of its own, on each kind of database."""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Connection, select, update

from engine.errors import KeysLost
from engine.services import RunServices, SharedWriters
from engine.store.database import Store
from engine.store.held_keys import give_back_keys, take_key
from engine.store.schema import held_keys
from engine.store.values import list_values
from tests.engine.services.runs import ID, Desk, desk, refusal

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("dialect")]


async def ask(run: RunServices, verb: str, key: str = "k", **arguments: Any) -> Any:
    return await run.ask("store", verb, {"key": key, **arguments})


async def value(desk: Desk, key: str = "k") -> Any:
    return (await ask(await desk.open(), "get", key))["value"]


def holders(connection: Connection) -> dict[str, str | None]:
    return {row.key: row.next for row in connection.execute(select(held_keys.c.key, held_keys.c.next)).all()}


async def test_calls_of_two_processes_lose_nothing_and_are_answered_truly(tmp_path: Path) -> None:
    async with desk(tmp_path, shared=True) as one:
        two = one.another()
        counts: list[int] = []
        lengths: list[int] = []

        async def call(number: int) -> None:
            at = (one, two)[number % 2]
            run = await at.open(seconds=60)
            counts.append(await ask(run, "add", "count", number=1))
            lengths.append(await ask(run, "append", "list", value=number, keep=1000))
            await at.end(run)

        await asyncio.gather(*map(call, range(50)))
        assert counts == lengths == [*range(1, 51)]
        assert await value(one, "count") == 50 and sorted(await value(two, "list")) == [*range(50)]
        for at in (one, two):
            await at.settled()
        assert await one.store.read(holders) == {}


async def test_a_process_that_waits_gets_the_key_before_others_of_the_one_that_has_it(tmp_path: Path) -> None:
    async with desk(tmp_path, shared=True) as one:
        two = one.another()
        holding, following, elsewhere = await one.open(), await one.open(), await two.open()
        await ask(holding, "add", number=1)
        waits_there = asyncio.create_task(ask(elsewhere, "add", number=1))
        while (await one.store.read(holders))["k"] is None:
            await asyncio.sleep(0.001)
        waits_here = asyncio.create_task(ask(following, "add", number=1))
        await one.end(holding)
        assert await waits_there == 2 and not waits_here.done()
        await two.end(elsewhere)
        assert await waits_here == 3
        following.discard()


async def test_calls_of_two_processes_that_take_keys_crosswise_are_told(tmp_path: Path) -> None:
    async with desk(tmp_path, shared=True) as one:
        two = one.another()
        here, there = await one.open(), await two.open()
        await ask(here, "add", "a", number=1)
        await ask(there, "add", "b", number=1)
        waiting = asyncio.create_task(ask(here, "add", "b", number=1))
        while (await one.store.read(holders))["b"] is None:
            await asyncio.sleep(0.001)
        error = await refusal(there, "store", "add", key="a", number=1)
        assert error.kind == "RuntimeError" and "let all calls write their keys in one order" in error.message
        there.discard()
        assert await waiting == 1
        here.discard()


async def test_processes_do_not_pass_a_limit_together(tmp_path: Path) -> None:
    async with desk(tmp_path, shared=True) as one:
        two = one.another()
        filled = await one.open(seconds=60)
        for number in range(15):
            await ask(filled, "set", f"k{number}", value="x" * 64_000)
        await one.end(filled)
        here, there = await one.open(), await two.open()
        await ask(here, "set", "here", value="x" * 50_000)
        error = await refusal(there, "store", "set", key="there", value="x" * 50_000)
        assert error.kind == "store.Full" and "1024 KiB in all" in error.message
        here.discard()
        await one.settled()
        await ask(there, "set", "there", value="x" * 50_000)
        await two.end(there)
        assert len(await one.store.read(list_values, ID, 0)) == 16


async def test_a_key_of_a_process_that_died_is_free_when_its_time_is_over(tmp_path: Path) -> None:
    async with desk(tmp_path, shared=True) as at:
        assert await at.store.write(take_key, ID, "k", "of a dead process", 60_000) == "mine"
        run = await at.open(seconds=0.05)
        assert "held the key for too long" in (await refusal(run, "store", "add", key="k", number=1)).message
        run.discard()
        await at.settled()
        await at.store.write(expire)
        assert await ask(await at.open(), "add", number=1) == 1


async def test_what_was_held_for_too_long_is_not_committed(tmp_path: Path) -> None:
    async with desk(tmp_path, shared=True) as at:
        late, in_time = await at.open(), await at.another().open()
        await ask(late, "add", number=1)
        await at.store.write(expire)
        assert await ask(in_time, "add", number=10) == 10
        with pytest.raises(KeysLost):
            await at.end(late)
        await at.end(in_time)
        assert await value(at) == 10


async def test_one_that_gives_up_while_it_waits_leaves_the_key_to_others(tmp_path: Path) -> None:
    async with desk(tmp_path, shared=True) as one:
        two = one.another()
        holding, gives_up = await one.open(), await two.open(seconds=0.05)
        await ask(holding, "add", number=1)
        await refusal(gives_up, "store", "add", key="k", number=1)
        gives_up.discard()
        await two.settled()
        assert await one.store.read(holders) == {"k": None}
        await one.end(holding)
        assert await ask(await two.open(), "add", number=1) == 2


async def test_what_a_run_takes_after_it_has_ended_once_is_not_given_back_with_what_it_had(tmp_path: Path) -> None:
    async with desk(tmp_path, shared=True) as at:
        slow = Slow(at.store)
        run = await replace(at, kit=replace(at.kit, writers=SharedWriters(cast(Store, slow)))).open(seconds=60)
        await ask(run, "add", number=1)
        await at.end(run)
        taking = asyncio.create_task(ask(run, "add", number=1))
        await slow.asked.wait()
        # as long as another process would need to hand a key on
        await asyncio.sleep(0.05)
        slow.go_on.set()
        assert await taking == 2
        await at.end(run)
        assert await value(at) == 2


@dataclass
class Slow:
    """A store that gives no key back until it is let."""

    store: Store
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def write_soon(self, function: Any, *args: Any) -> Any:
        if function is give_back_keys:
            self.asked.set()
            await self.go_on.wait()
        return await self.store.write_soon(function, *args)


def expire(connection: Connection) -> None:
    connection.execute(update(held_keys).values(until=0))
