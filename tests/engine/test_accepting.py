from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from engine import accepting
from engine.accepting import Accepting, message_event, plan, store_event
from engine.delivery.rules import Rules
from engine.errors import CodedError, Unavailable
from engine.indexing import IndexCache
from engine.matching import Index, OutgoingEntry, build_index
from engine.model.events import Chain
from engine.model.integrations import OutgoingIntegration
from engine.model.messages import MessageContent
from engine.store import configuration
from engine.store.database import Store
from engine.store.events import get_event
from engine.store.guarded_runs import MAX_RUNS, WINDOW_MS
from engine.store.integrations import disable_integration, get_integration
from engine.store.schema import guarded_runs
from engine.trace import now_ms
from engine.workspace.protocol import Draft, PostIntent
from tests.engine.stages import ALICE, GENERAL, OTHER, PRIVATE, Stage, staged

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("dialect")]

URL = "http://Receiver.example/hook"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def drafted(stage: Stage, text: str = "hello", message_id: str | None = None) -> Draft:
    return await stage.workspace.resolve(PostIntent(ALICE.id, GENERAL.id, MessageContent(text), message_id=message_id))


async def test_a_message_its_event_and_its_deliveries_are_stored_together(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        id = await stage.integrate(URL, "https://receiver.example:8443/", "not a url")
        draft = await drafted(stage)
        (posted,) = await accepting.post(stage.accepting, [draft], chain=Chain(("earlier",)))
        rows = await stage.rows()
        assert [row.url for row in rows] == [URL, "https://receiver.example:8443/", "not a url"]
        assert [row.destination for row in rows] == [
            "http://receiver.example:80",
            "https://receiver.example:8443",
            "bad-url",
        ]
        assert {(row.integration_id, row.state, row.order_key) for row in rows} == {(id, "pending", f"{id}:GENERAL")}
        event = await stage.store.read(get_event, rows[0].event_id)
        assert event == replace(message_event(draft, "embedded", Chain(("earlier",))), message=posted.message)
        assert await stage.texts() == ["hello"]


async def test_a_message_that_nobody_hears_is_no_row_of_its_own(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.integrate(URL, triggerWords=["ping"])
        await stage.say("hello")
        await stage.say("ping", room=PRIVATE)
        assert await stage.rows() == [] and await stage.store.read(get_event, 1) is None


async def test_what_fails_in_the_transaction_takes_the_message_along(tmp_path: Path) -> None:
    def fail(_connection: Connection, _posted: object) -> None:
        raise CodedError("error-of-mine")

    async with staged(tmp_path) as stage:
        await stage.integrate(URL)
        with pytest.raises(CodedError):
            await accepting.post(stage.accepting, [await drafted(stage)], chain=Chain(), also=fail)
        assert await stage.rows() == [] and await stage.texts() == []


async def test_a_message_of_a_fixed_id_is_posted_and_heard_once(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.integrate(URL)
        for text, repeated in (("first", False), ("second", True)):
            draft = await drafted(stage, text, "fixedfixedfixed")
            (posted,) = await accepting.post(stage.accepting, [draft], chain=Chain())
            assert (posted.repeated, posted.message.text) == (repeated, "first")
        assert len(await stage.rows()) == 1 and await stage.texts() == ["first"]


async def test_an_index_that_is_stale_is_read_again(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        id = await stage.integrate(URL)
        await stage.say("one")
        # as another process would: nobody tells this one's index
        await stage.store.write(disable_integration, id, "2026-01-01T00:00:00.000Z", now_ms())
        await stage.say("two")
        assert len(await stage.rows()) == 1 and await stage.texts() == ["one", "two"]


class AlwaysStale(IndexCache):
    async def current(self, store: Store) -> Index:
        return Index(version=await store.read(configuration.version) - 1)


async def test_a_configuration_that_changes_twenty_times_meanwhile_loses_no_event(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.integrate(URL)
        kit, changes = stage.accepting, 0

        class Changing(IndexCache):
            """Behind each index that is read, the configuration changes once more."""

            async def current(self, store: Store) -> Index:
                nonlocal changes
                index = await super().current(store)
                if changes < 20:
                    changes += 1
                    await store.write(configuration.bump)
                return index

        changing = Accepting(kit.store, kit.workspace, Changing(), kit.wake)
        await accepting.post(changing, [await drafted(stage)], chain=Chain())
        assert (changes, len(await stage.rows()), await stage.texts()) == (20, 1, ["hello"])


async def test_a_configuration_that_changes_all_the_time_stores_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accepting, "STALE_SECONDS", 0.05)
    async with staged(tmp_path) as stage:
        kit = stage.accepting
        stale = Accepting(kit.store, kit.workspace, AlwaysStale(), kit.wake)
        with pytest.raises(Unavailable):
            await accepting.post(stale, [await drafted(stage)], chain=Chain())
        assert await stage.texts() == []


async def test_beyond_so_many_that_wait_new_ones_are_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accepting, "MAX_PENDING", 2)
    async with staged(tmp_path) as stage:
        await stage.integrate(URL)
        for _ in range(4):
            await stage.say("hello")
        rows = await stage.rows()
        assert [(row.state, row.held_reason) for row in rows] == [("pending", None)] * 2 + [("held", "backlog")] * 2


async def test_the_same_event_is_stored_once(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.integrate(URL)
        index = await stage.accepting.index.current(stage.store)
        planned = plan(message_event(await drafted(stage), "embedded", Chain()), index, Rules())
        for _ in range(2):
            await stage.store.write(store_event, planned, now_ms())
        assert len(await stage.rows()) == 1


@pytest.mark.parametrize(
    ("chain", "fields", "strict", "state"),
    [
        ((), {}, False, "pending"),
        (("a", "b"), {}, False, "pending"),
        (("a", "b", "c"), {}, False, "finished"),
        (("a", "b", "c"), {"loopDepth": 4}, False, "pending"),
        (("a",), {"loopDepth": 1}, False, "finished"),
        (("a", "b", "c"), {"loopGuard": False}, False, "pending"),
        (("a", "b", "c"), {}, True, "pending"),
        (("self", "b"), {}, False, "pending"),
        (("b", "self"), {}, False, None),
        (("b", "self"), {"loopGuard": False}, False, "pending"),
        (("b", "self"), {}, True, "pending"),
    ],
)
async def test_the_loop_guard(
    tmp_path: Path, chain: tuple[str, ...], fields: dict[str, object], strict: bool, state: str | None
) -> None:
    async with staged(tmp_path) as stage:
        id = await stage.integrate(URL, hookcell=fields)
        saved = await stage.store.read(get_integration, id)
        assert saved is not None and isinstance(saved.integration, OutgoingIntegration)
        index = build_index(1, [OutgoingEntry.of(saved.integration, saved.revision)])
        walked = Chain(tuple(id if link == "self" else link for link in chain))
        planned = plan(message_event(await drafted(stage), "embedded", walked), index, Rules(strict))
        assert [delivery.state for delivery in planned.deliveries] == ([] if state is None else [state])


async def test_messages_of_integrations_lead_to_so_many_runs_a_minute_in_a_room(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        id = await stage.integrate(URL)
        for number in range(MAX_RUNS + 2):
            await stage.say(f"{number}", chain=Chain(("another",)))
        rows = await stage.rows()
        assert [row.state for row in rows] == ["pending"] * MAX_RUNS + ["finished"] * 2
        newest = (await stage.records(id))[0]
        assert newest["step"] == "stopped-by-loop-guard" and newest["finished"]
        assert f"led to {MAX_RUNS} runs within a minute" in newest["steps"][0]["because"]
        await stage.say("by a person")
        assert (await stage.rows())[-1].state == "pending"
        await stage.store.write(a_minute_later)
        await stage.say("later", chain=Chain(("another",)))
        assert (await stage.rows())[-1].state == "pending"


async def test_each_room_and_each_integration_is_counted_by_itself(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for _ in range(2):
            await stage.integrate(URL, channel=["#general", "#other"])
        for room in (GENERAL, OTHER):
            for _ in range(MAX_RUNS):
                await stage.say("x", room=room, chain=Chain(("another",)))
        assert {row.state for row in await stage.rows()} == {"pending"}


async def test_no_run_is_counted_that_the_loop_guard_does_not_look_at(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.integrate(URL, hookcell={"loopGuard": False})
        for _ in range(MAX_RUNS + 1):
            await stage.say("x", chain=Chain(("another",)))
        assert {row.state for row in await stage.rows()} == {"pending"}
    async with staged(tmp_path / "strict", strict=True) as stage:
        await stage.integrate(URL)
        for _ in range(MAX_RUNS + 1):
            await stage.say("x", chain=Chain(("another",)))
        assert {row.state for row in await stage.rows()} == {"pending"}


async def test_what_the_loop_guard_stops_leaves_no_trace_where_history_is_off(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.integrate(URL, hookcell={"history": "off"})
        await stage.say("deep", chain=Chain(("a", "b", "c")))
        for _ in range(MAX_RUNS + 1):
            await stage.say("x", chain=Chain(("another",)))
        assert len(await stage.rows()) == MAX_RUNS
        assert await stage.store.read(get_event, MAX_RUNS + 1) is None


def a_minute_later(connection: Connection) -> None:
    connection.execute(update(guarded_runs).values(at=guarded_runs.c.at - WINDOW_MS))
