from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from engine.errors import CodedError
from engine.model.messages import Room, User
from engine.store import configuration
from engine.store.integrations import get_integration
from engine.store.schema import messages
from engine.workspace import room_changes
from tests.engine.workspace.workspaces import Stage, staged

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("dialect")]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def channel(stage: Stage, name: str, owner: User | None = None) -> Room:
    maker = owner or await stage.admin()
    return (await stage.workspace.rooms.create("c", name, maker, (), read_only=False, join=True)).room


async def channels_of(stage: Stage, id: str) -> tuple[str, ...]:
    found = await stage.store.read(get_integration, id)
    assert found is not None
    return found.integration.channel


def count_messages(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(messages)).scalar_one()


async def test_renaming_rewrites_the_channels_of_integrations(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        admin = await stage.admin()
        old = await channel(stage, "old")
        both = await stage.integrate(admin, channel=["#old", "#older", "@old", "#old"])
        other = await stage.integrate(admin, channel=["#older"])
        by_id = await stage.integrate(admin, channel=[f"#{old.id}"], alias="#old")
        before = await stage.store.read(configuration.version)
        await stage.workspace.room_changes.rename(admin, old, "new")
        assert await channels_of(stage, both) == ("#new", "#older", "@old", "#new")
        assert await channels_of(stage, other) == ("#older",)
        assert await channels_of(stage, by_id) == (f"#{old.id}",)
        assert await stage.store.read(configuration.version) > before
        renamed = await stage.workspace.room(name="new")
        assert renamed is not None and renamed.id == old.id
        assert await stage.workspace.room(name="old") is None


async def test_renaming_looks_through_all_integrations_page_by_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_changes, "INTEGRATIONS_A_READ", 2)
    async with staged(tmp_path) as stage:
        admin, old = await stage.admin(), await channel(stage, "old")
        made = [await stage.integrate(admin, channel=["#old"]) for _ in range(5)]
        await stage.workspace.room_changes.rename(admin, old, "new")
        assert [await channels_of(stage, id) for id in made] == [("#new",)] * 5


async def test_integrations_that_are_made_while_a_room_is_renamed_are_rewritten_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path) as stage:
        admin, old = await stage.admin(), await channel(stage, "old")
        made: list[str] = []
        naming = stage.workspace.room_changes._naming

        async def and_meanwhile(channel: str) -> list[str]:
            found = await naming(channel)
            if len(made) < 10:
                made.append(await stage.integrate(admin, channel=["#old"]))
            return found

        monkeypatch.setattr(stage.workspace.room_changes, "_naming", and_meanwhile)
        await stage.workspace.room_changes.rename(admin, old, "new")
        assert {await channels_of(stage, id) for id in made} == {("#new",)} and len(made) == 10


async def test_a_room_that_very_many_integrations_name_is_not_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_changes, "MAX_REWRITTEN", 1)
    async with staged(tmp_path) as stage:
        admin, old = await stage.admin(), await channel(stage, "old")
        made = [await stage.integrate(admin, channel=["#old"]) for _ in range(2)]
        with pytest.raises(CodedError, match="error-too-many-integrations"):
            await stage.workspace.room_changes.rename(admin, old, "new")
        assert [await channels_of(stage, id) for id in made] == [("#old",)] * 2


async def test_a_name_that_is_taken_renames_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        admin, old = await stage.admin(), await channel(stage, "old")
        id = await stage.integrate(admin, channel=["#old"])
        for name, code in (("general", "error-duplicate-channel-name"), ("a b", "error-invalid-room-name")):
            with pytest.raises(CodedError, match=code):
                await stage.workspace.room_changes.rename(admin, old, name)
        assert await channels_of(stage, id) == ("#old",)


async def test_a_large_room_is_deleted_in_several_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_changes, "MESSAGES_A_WRITE", 2)
    async with staged(tmp_path) as stage:
        admin, room = await stage.admin(), await channel(stage, "full")
        for _ in range(5):
            await stage.post(admin, "#full")
        await stage.post(admin, "#general")
        before = await stage.store.read(configuration.version)
        await stage.workspace.room_changes.delete(admin, room.id)
        assert await stage.workspace.room(id=room.id) is None
        assert await stage.store.read(count_messages) == 1
        assert await stage.store.read(configuration.version) > before


async def test_rooms_are_changed_by_those_who_may(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada, bob = await stage.make("ada"), await stage.make("bob")
        room = await channel(stage, "hers", ada)
        changes = stage.workspace.room_changes
        for attempt, code in (
            (changes.archive(bob, room), "error-not-authorized"),
            (changes.rename(bob, room, "his"), "error-action-not-allowed"),
            (changes.delete(bob, room.id), "error-not-allowed"),
            (changes.delete(ada, "no-such-room"), "error-invalid-room"),
        ):
            with pytest.raises(CodedError) as raised:
                await attempt
            assert raised.value.code == code
        await changes.archive(ada, room)
        with pytest.raises(CodedError, match="error-not-authorized"):
            await changes.unarchive(ada, room)
        await changes.unarchive(await stage.admin(), room)
        await changes.rename(ada, room, "still.hers")
        await changes.delete(ada, room.id)
