"""What scripts keep: true answers under any number of calls at once, and nothing of a call that fails."""

import asyncio
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.services import LocalWriters, RunServices
from engine.services.store import same
from engine.store.integrations import delete_integration
from engine.store.schema import held_keys
from engine.store.values import list_values
from tests.engine.services.runs import ID, OTHER, Desk, desk, refusal
from tests.engine.store.stores import hold

pytestmark = pytest.mark.anyio

# as the only process of a database, and as one of several
alone_and_not = pytest.mark.parametrize("shared", [False, True], ids=["alone", "shared"])


async def ask(run: RunServices, verb: str, key: str = "k", **arguments: Any) -> Any:
    return await run.ask("store", verb, {"key": key, **arguments})


async def nothing_is_held(at: Desk) -> bool:
    writers = at.kit.writers
    if isinstance(writers, LocalWriters):
        return len(writers.locks) == 0 and writers.growing == {}
    await at.settled()
    return await at.store.read(lambda connection: connection.execute(select(held_keys)).all()) == []


async def value(desk: Desk, key: str = "k", integration_id: str = ID) -> Any:
    run = await desk.open(integration_id)
    return (await ask(run, "get", key))["value"]


async def test_a_call_sees_its_own_writes_at_once_and_others_see_them_when_it_has_ended_well(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        run, other = await at.open(), await at.open()
        await ask(run, "set", value={"n": [1, None]})
        assert await ask(run, "get") == {"found": True, "value": {"n": [1, None]}}
        assert await ask(other, "get") == {"found": False, "value": None}
        assert await run.ask("store", "keys", {"prefix": ""}) == ["k"]
        assert await other.ask("store", "keys", {"prefix": ""}) == []
        await at.end(run)
        assert await ask(other, "get") == {"found": True, "value": {"n": [1, None]}}


@alone_and_not
async def test_a_call_that_fails_leaves_nothing(tmp_path: Path, shared: bool) -> None:
    async with desk(tmp_path, shared=shared) as at:
        await at.end(await _wrote(at, "before"))
        run = await at.open()
        await ask(run, "set", value="after")
        await ask(run, "append", "list", value=1, keep=10)
        run.discard()
        assert (await value(at), await value(at, "list")) == ("before", None)
        assert run.changes() == () and await nothing_is_held(at)


@alone_and_not
async def test_what_is_being_committed_when_a_call_is_given_up_is_committed_whole(tmp_path: Path, shared: bool) -> None:
    async with desk(tmp_path, shared=shared) as at:
        run = await _wrote(at, "kept")
        await ask(run, "append", "list", value=1, keep=10)
        go_on = threading.Event()
        writes = [at.store.write(hold, int, partial(go_on.wait, 60)), at.store.write(run.written().commit)]
        writing = [asyncio.ensure_future(write) for write in writes]
        # both are the writer's by now, as they are where a drain cancels who waits for them
        await asyncio.sleep(0)
        run.discard()
        go_on.set()
        await asyncio.gather(*writing)
        assert (await value(at), await value(at, "list")) == ("kept", [1]) and await nothing_is_held(at)


async def _wrote(at: Desk, text: str) -> RunServices:
    run = await at.open()
    await ask(run, "set", value=text)
    return run


@alone_and_not
async def test_fifty_calls_at_once_lose_nothing_and_are_answered_truly(tmp_path: Path, shared: bool) -> None:
    async with desk(tmp_path, shared=shared) as at:
        counts: list[int] = []
        lengths: list[int] = []

        async def call(number: int) -> None:
            run = await at.open(seconds=30)
            counts.append(await ask(run, "add", "count", number=1))
            lengths.append(await ask(run, "append", "list", value=number, keep=1000))
            await asyncio.sleep(0)
            await at.end(run)

        await asyncio.gather(*map(call, range(50)))
        assert counts == lengths == [*range(1, 51)]
        assert await value(at, "count") == 50 and sorted(await value(at, "list")) == [*range(50)]


@alone_and_not
async def test_a_call_that_fails_between_others_is_not_counted(tmp_path: Path, shared: bool) -> None:
    async with desk(tmp_path, shared=shared) as at:
        failing, following = await at.open(), await at.open()
        assert await ask(failing, "add", number=1) == 1
        waiting = asyncio.create_task(ask(following, "add", number=1))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        failing.discard()
        assert await waiting == 1
        await at.end(following)
        assert await value(at) == 1


@alone_and_not
async def test_calls_of_other_integrations_and_readers_wait_for_nobody(tmp_path: Path, shared: bool) -> None:
    async with desk(tmp_path, shared=shared) as at:
        holding, reading, other = await at.open(), await at.open(), await at.open(OTHER)
        await ask(holding, "set", value=1)
        assert (await ask(reading, "get"))["found"] is False
        assert await ask(other, "add", number=5) == 5
        await at.end(other)
        await at.end(holding)
        assert (await value(at), await value(at, integration_id=OTHER)) == (1, 5)


@alone_and_not
async def test_waiting_ends_with_the_calls_time(tmp_path: Path, shared: bool) -> None:
    async with desk(tmp_path, shared=shared) as at:
        holding, waiting = await at.open(), await at.open(seconds=0.05)
        await ask(holding, "add", number=1)
        error = await refusal(waiting, "store", "add", key="k", number=1)
        assert (error.kind, error.message) == ("RuntimeError", "store.add(): another call held the key for too long")
        holding.discard()
        assert await nothing_is_held(at)


@alone_and_not
async def test_two_calls_that_take_keys_crosswise_are_told_which_order_to_keep(tmp_path: Path, shared: bool) -> None:
    async with desk(tmp_path, shared=shared) as at:
        one, two = await at.open(), await at.open()
        await ask(one, "add", "a", number=1)
        await ask(two, "add", "b", number=1)
        waiting = asyncio.create_task(ask(one, "add", "b", number=1))
        await asyncio.sleep(0.01)
        error = await refusal(two, "store", "add", key="a", number=1)
        assert error.kind == "RuntimeError" and "let all calls write their keys in one order" in error.message
        two.discard()
        assert await waiting == 1


@pytest.mark.parametrize(
    ("steps", "answers"),
    [
        ([("add", {"number": 2}), ("add", {"number": -0.5})], [2, 1.5]),
        ([("append", {"value": n, "keep": 2}) for n in range(3)] + [("get", {})], [1, 2, 2, [1, 2]]),
        ([("set", {"value": 1}), ("pop", {}), ("pop", {})], [None, 1, None]),
        ([("set", {"value": 1}), ("delete", {}), ("get", {}), ("delete", {})], [None, None, None, None]),
        ([("swap", {"old": None, "new": 1}), ("swap", {"old": None, "new": 2}), ("get", {})], [True, False, 1]),
        ([("swap", {"old": None, "new": 1}), ("swap", {"old": 1.0, "new": [2]}), ("get", {})], [True, True, [2]]),
    ],
)
async def test_verbs_in_a_row(tmp_path: Path, steps: list[tuple[str, dict[str, Any]]], answers: list[Any]) -> None:
    async with desk(tmp_path) as at:
        for apart in (False, True):
            run, got = await at.open(), []
            for verb, arguments in steps:
                answer = await ask(run, verb, **arguments)
                got.append(answer["value"] if isinstance(answer, dict) else answer)
                if apart:
                    # each in a call of its own comes to the same
                    await at.end(run)
                    run = await at.open()
            run.discard()
            assert got == answers


async def test_a_value_is_gone_when_its_time_has_come(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        now = 1_000_000
        run = await at.open()
        run._store._clock = lambda: now
        await ask(run, "set", value=1, ttl=0.5)
        await ask(run, "set", "stays", value=1)
        await at.end(run)
        assert (await ask(run, "get"))["found"] and await run.ask("store", "keys", {"prefix": ""}) == ["k", "stays"]
        now += 500
        assert not (await ask(run, "get"))["found"] and await run.ask("store", "keys", {"prefix": ""}) == ["stays"]
        assert await ask(run, "add", number=1) == 1
        await at.end(run)
        assert [stored.key for stored in await at.store.read(list_values, ID, now)] == ["k", "stays"]


async def test_add_and_append_keep_the_time_that_was_set(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        run = await at.open()
        await ask(run, "set", value=1, ttl=60)
        await at.end(run)
        await ask(run, "add", number=1)
        await at.end(run)
        (stored,) = await at.store.read(list_values, ID, 0)
        assert stored.text == "2" and stored.expires_at is not None


@alone_and_not
async def test_the_limits_are_met_where_the_script_can_catch_them(tmp_path: Path, shared: bool) -> None:
    async with desk(tmp_path, shared=shared) as at:
        run = await at.open()
        full = await refusal(run, "store", "set", key="k", value="x" * 64 * 1024)
        assert full.kind == "store.Full" and "at most 64 KiB" in full.message
        for number in range(16):
            await ask(run, "set", f"k{number}", value="x" * (64 * 1024 - 100))
        full = await refusal(run, "store", "set", key="more", value="x" * 64 * 1000)
        assert full.kind == "store.Full" and "1024 KiB in all" in full.message
        await ask(run, "delete", "k3")
        await ask(run, "set", "more", value="x" * 64 * 1000)
        for number in range(256 - 16):
            await ask(run, "set", f"small{number}", value=1)
        full = await refusal(run, "store", "set", key="one more", value=1)
        assert full.kind == "store.Full" and "at most 256 keys" in full.message
        await at.end(run)
        assert len(await at.store.read(list_values, ID, 0)) == 256


@alone_and_not
async def test_calls_at_once_do_not_pass_a_limit_together(tmp_path: Path, shared: bool) -> None:
    async with desk(tmp_path, shared=shared) as at:
        filled = await at.open()
        for number in range(250):
            await ask(filled, "set", f"k{number}", value=1)
        await at.end(filled)

        async def call(number: int) -> bool:
            run = await at.open()
            try:
                await ask(run, "set", f"new{number}", value=1)
            except Exception as error:
                assert getattr(error, "kind", "") == "store.Full", error
                run.discard()
                return False
            await asyncio.sleep(0.01)
            await at.end(run)
            return True

        assert sum(await asyncio.gather(*map(call, range(20)))) == 6
        assert len(await at.store.read(list_values, ID, 0)) == 256


@pytest.mark.parametrize(
    ("verb", "arguments", "message"),
    [
        ("get", {"key": 7}, "store.get(): key must be text, not the number 7"),
        ("get", {"key": ""}, "a key is text of 1 to 128 bytes"),
        ("get", {"key": "é" * 65}, "a key is text of 1 to 128 bytes"),
        ("get", {"key": "a\0"}, "without NUL"),
        ("get", {"key": "\ud800"}, "a key is text of 1 to 128 bytes"),
        ("add", {"key": "text", "number": 1}, "'text' holds text, which is no number"),
        ("add", {"key": "true", "number": 1}, "'true' holds True, which is no number"),
        ("add", {"key": "k", "number": True}, "number must be a number, not True"),
        ("add", {"key": "k", "number": 2**63}, "beyond 64 bits"),
        ("append", {"key": "text", "value": 1, "keep": 1}, "'text' holds text, not a list"),
        ("append", {"key": "k", "value": 1, "keep": 0}, "keep is a whole number from 1"),
        ("set", {"key": "k", "value": 1, "ttl": -1}, "ttl is seconds, more than 0"),
        ("set", {"key": "k", "value": 1, "ttl": "soon"}, "ttl must be a number, not text"),
        ("steal", {"key": "k"}, "there is no store.steal"),
        ("keys", {}, "prefix must be text, not None"),
    ],
)
async def test_what_a_cell_asks_is_checked_and_said_in_the_authors_words(
    tmp_path: Path, verb: str, arguments: dict[str, Any], message: str
) -> None:
    async with desk(tmp_path) as at:
        run = await at.open()
        await ask(run, "set", "text", value="words")
        await ask(run, "set", "true", value=True)
        error = await refusal(run, "store", verb, **arguments)
        assert error.kind in ("TypeError", "ValueError") and message in error.message


async def test_what_an_integration_kept_goes_with_it_and_a_call_under_way_leaves_nothing_behind(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await at.end(await _wrote(at, "kept"))
        under_way = await _wrote(at, "late")
        await at.store.write(delete_integration, ID)
        await at.end(under_way)
        assert await at.store.read(list_values, ID, 0) == []


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        ([1, {"a": None}], [1.0, {"a": None}], True),
        ([1], [True], False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ([1], [1, 2], False),
        (None, None, True),
        ("1", 1, False),
    ],
)
def test_equal_as_json(left: Any, right: Any, equal: bool) -> None:
    assert same(left, right) is equal
