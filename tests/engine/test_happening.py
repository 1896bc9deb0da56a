"""Actions of the workspace and the events they are: both are committed, or neither."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from engine import accepting
from engine.accepting import Listeners
from engine.delivery.rules import Rules
from engine.errors import CodedError, Unavailable
from engine.happening import Heard
from engine.hearing import OutgoingEntry
from engine.indexing import IndexCache
from engine.matching import Index, build_index
from engine.model.messages import User
from engine.store import configuration, rooms
from engine.store.database import Store
from engine.store.schema import events
from engine.store.weight import weight
from engine.trace import now_ms
from engine.workspace.happenings import Done, counted, in_room, user_created
from tests.engine.stages import ALICE, BOT, OTHER, PRIVATE, Stage, staged

pytestmark = pytest.mark.usefixtures("dialect")

URL = "http://127.0.0.1:9/"
NEW = User("newnewnew", "new", "New", "user", ("user",), True)


async def stored(stage: Stage) -> list[Any]:
    def rows(connection: Connection) -> list[Any]:
        return list(connection.execute(select(events.c.event, events.c.source).order_by(events.c.id)))

    return [tuple(row) for row in await stage.store.read(rows)]


def heard(stage: Stage, index: IndexCache | None = None) -> Heard:
    return Heard(stage.store, index or stage.accepting.index, stage.accepting.wake)


def joining(connection: Connection, *, fails: bool = False) -> Done[str]:
    rooms.add_member(connection, OTHER.id, BOT.id, 1)
    if fails:
        raise CodedError("error-not-allowed")
    return Done("joined", (in_room("roomJoined", counted(connection, OTHER), BOT, 1),))


@pytest.mark.anyio
async def test_an_action_is_committed_with_its_deliveries(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        id = await stage.integrate(URL, event="roomJoined", channel=["#other"])
        assert await heard(stage).act(joining) == "joined"
        assert await stored(stage) == [("roomJoined", "roomJoined")]
        (row,) = await stage.rows()
        assert row.integration_id == id


@pytest.mark.anyio
async def test_an_action_that_fails_is_no_event(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.integrate(URL, event="roomJoined", channel=["#other"])
        with pytest.raises(CodedError):
            await heard(stage).act(joining, fails=True)
        assert await stored(stage) == [] and not await stage.workspace.is_member(OTHER.id, BOT.id)


@pytest.mark.anyio
async def test_an_event_that_nobody_hears_is_not_stored(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.integrate(URL, event="roomJoined", channel=["#general"])
        await heard(stage).act(joining)
        assert await stored(stage) == [] and await stage.workspace.is_member(OTHER.id, BOT.id)


@pytest.mark.anyio
async def test_an_event_is_accepted_once_for_its_source(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.integrate(URL, event="userCreated", targetRoom="#general")
        for _ in range(2):
            await heard(stage).act(lambda _: Done(None, (user_created(NEW, 1),)))
        assert len(await stage.rows()) == 1


class Behind(IndexCache):
    """Gives an index of an older configuration, until it is told."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    async def current(self, store: Store) -> Index:
        if self.times > 0:
            return Index(version=-1)
        return await super().current(store)

    def invalidate(self) -> None:
        self.times -= 1
        super().invalidate()


@pytest.mark.anyio
async def test_it_is_matched_anew_where_the_configuration_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path) as stage:
        await stage.integrate(URL, event="roomJoined", channel=["#other"])
        assert await heard(stage, Behind(3)).act(joining) == "joined"
        assert len(await stage.rows()) == 1
        monkeypatch.setattr(accepting, "STALE_SECONDS", 0.05)
        with pytest.raises(Unavailable):
            await heard(stage, Behind(1_000_000)).act(lambda _: Done(None, (in_room("roomLeft", OTHER, BOT, 1),)))
        # what is no event does not ask
        assert await heard(stage, Behind(1_000_000)).act(lambda _: Done(7)) == 7


@pytest.mark.anyio
@pytest.mark.parametrize("strict", [False, True])
async def test_being_kicked_is_leaving_but_not_in_strict(tmp_path: Path, strict: bool) -> None:
    async with staged(tmp_path, strict=strict) as stage:
        await stage.integrate(URL, event="roomLeft", channel=["all_public_channels", "all_private_groups"])
        admin = User(ALICE.id, "alice", "Alice", "user", ("admin", "owner"), True)
        for room in (OTHER, PRIVATE):
            await stage.store.write(rooms.add_member, room.id, BOT.id, now_ms())
        await stage.workspace.membership.kick(admin, OTHER, BOT)
        await stage.workspace.membership.leave(admin, PRIVATE)
        assert await stored(stage) == [("roomLeft", "kick")][strict:] + [("roomLeft", "leave")]


@pytest.mark.anyio
async def test_who_joins_by_posting_is_told_in_the_same_transaction(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.integrate(URL, event="roomJoined", channel=["#other"])
        await stage.integrate(URL, event="sendMessage", channel=["#other"])
        await stage.store.write(rooms.remove_member, OTHER.id, ALICE.id)
        before = await stage.store.read(configuration.version)
        await stage.say("here I am", room=OTHER)
        await stage.say("still here", room=OTHER)
        assert [event for event, _ in await stored(stage)] == ["sendMessage", "roomJoined", "sendMessage"]
        assert await stage.store.read(configuration.version) == before


def test_a_write_is_not_weighed_with_the_index() -> None:
    """Else a full index would fill the writer's queue."""
    entry = OutgoingEntry("i", 1, "sendMessage", ("#general",), (URL,), (), False, False, "u", None, True, 3, "")
    index = build_index(1, [replace(entry, id=f"i{each}") for each in range(2_000)])
    assert weight(partial(print, Listeners(index, Rules()))) < 1_000
