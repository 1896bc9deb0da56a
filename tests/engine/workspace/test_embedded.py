"""The contract of the two halves, on the embedded workspace."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, Delete, Update, delete, update

from engine.errors import ClientError, CodedError, PlainError
from engine.model.messages import Room
from engine.posting import expand
from engine.store.schema import rooms, users
from engine.store.users import delete_user
from engine.workspace.protocol import Workspace
from tests.engine.workspace.workspaces import Stage, staged

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def channel(stage: Stage, name: str, *, read_only: bool = False) -> Room:
    admin = await stage.admin()
    return (await stage.workspace.rooms.create("c", name, admin, (), read_only=read_only, join=True)).room


async def group(stage: Stage, name: str) -> Room:
    admin = await stage.admin()
    return (await stage.workspace.rooms.create("p", name, admin, (), read_only=False, join=True)).room


async def test_a_draft_stores_nothing_until_it_is_committed(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await stage.make("ada")
        await channel(stage, "plans")
        draft = await stage.draft(ada, "#plans")
        assert (draft.join, draft.create_room) == (True, False)
        assert await stage.texts(draft.room.id) == []
        assert not await stage.workspace.is_member(draft.room.id, ada.id)
        posted = await stage.commit(draft)
        assert posted.joined and not posted.room_created and not posted.repeated
        assert posted.message == draft.message
        assert await stage.texts(draft.room.id) == ["hello"]
        assert await stage.workspace.is_member(draft.room.id, ada.id)
        assert not (await stage.post(ada, "#plans")).joined


async def test_a_fixed_id_is_posted_once_however_often_it_is_committed(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await stage.make("ada")
        first = await stage.commit(await stage.draft(ada, "#general", "first", message_id="fixed"))
        again = await stage.commit(await stage.draft(ada, "#general", "again", message_id="fixed"))
        assert not first.repeated
        assert again.repeated and again.message == first.message
        assert await stage.texts("GENERAL") == ["first"]


async def test_a_direct_room_is_made_once_by_two_who_write_at_once(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada, bob = await stage.make("ada"), await stage.make("bob")
        drafts = [await stage.draft(ada, "@bob", "a"), await stage.draft(bob, f"@{ada.id}", "b")]
        assert all(draft.create_room for draft in drafts)
        posted = await asyncio.gather(*(stage.commit(draft) for draft in drafts))
        assert sorted(one.room_created for one in posted) == [False, True]
        room = await stage.workspace.room(id="".join(sorted((ada.id, bob.id))))
        assert room is not None
        assert room.members == tuple(sorted(((ada.id, "ada"), (bob.id, "bob"))))
        assert posted[0].room.members == room.members
        assert sorted(await stage.texts(room.id)) == ["a", "b"]


async def test_one_can_write_to_oneself(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await stage.make("ada")
        posted = await stage.post(ada, "@ada")
        assert posted.room.members == ((ada.id, "ada"),)


async def test_a_bare_destination_is_a_room_by_id_or_name_and_then_a_user_by_id(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada, bob = await stage.make("ada"), await stage.make("bob")
        plans = await channel(stage, "plans")
        assert (await stage.draft(ada, "plans")).room.id == plans.id
        assert (await stage.draft(ada, plans.id)).room.id == plans.id
        assert (await stage.draft(ada, bob.id)).room.t == "d"
        with pytest.raises(CodedError, match="invalid-channel"):
            await stage.draft(ada, "bob")


@pytest.mark.parametrize("destination", ["#nowhere", "@nobody", "nothing", "#", "@", ""])
async def test_a_destination_that_leads_nowhere_is_named(tmp_path: Path, destination: str) -> None:
    async with staged(tmp_path) as stage:
        with pytest.raises(CodedError) as raised:
            await stage.draft(await stage.admin(), destination)
        assert (raised.value.code, raised.value.details) == ("invalid-channel", {"channel": destination})


async def test_a_private_group_and_others_direct_rooms_are_closed(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada, bob, eve = await stage.make("ada"), await stage.make("bob"), await stage.make("eve")
        secret = await group(stage, "secret")
        direct = (await stage.post(ada, "@bob")).room
        for destination in ("#secret", secret.id, direct.id):
            with pytest.raises(PlainError, match="^error-not-allowed$") as raised:
                await stage.draft(eve, destination)
            assert raised.value.hint == "eve is not in the room"
        assert not await stage.workspace.is_member(secret.id, eve.id)
        assert (await stage.draft(bob, direct.id)).join is False


async def test_a_direct_room_needs_the_permission_once(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        guest, ada = await stage.make("visitor", "guest"), await stage.make("ada")
        with pytest.raises(PlainError, match="^error-not-allowed$"):
            await stage.draft(guest, "@ada")
        await stage.post(ada, "@visitor")
        assert (await stage.draft(guest, "@ada")).create_room is False


async def test_read_only_rooms_are_for_owners_and_admins(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await stage.make("ada")
        await channel(stage, "news", read_only=True)
        own = await stage.workspace.rooms.create("c", "mine", ada, (), read_only=True, join=True)
        await stage.draft(await stage.admin(), "#news")
        await stage.draft(ada, own.room.id)
        with pytest.raises(PlainError, match="the room is readonly"):
            await stage.draft(ada, "#news")


async def test_an_archived_room_takes_no_message(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        old = await channel(stage, "old")
        await stage.store.write(_change, update(rooms).where(rooms.c.id == old.id).values(archived=True))
        with pytest.raises(PlainError, match="error-not-allowed") as raised:
            await stage.draft(await stage.admin(), "#old")
        assert raised.value.hint == "the room is archived"


async def test_nobody_posts_as_a_user_who_is_gone_or_inactive(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await stage.make("ada")
        await stage.store.write(_change, update(users).where(users.c.id == ada.id).values(active=False))
        with pytest.raises(CodedError, match="error-invalid-user"):
            await stage.draft(ada, "#general")
        await stage.store.write(delete_user, ada.id)
        with pytest.raises(CodedError, match="error-invalid-user"):
            await stage.draft(ada, "#general")


async def test_a_room_that_goes_before_the_commit_is_the_senders_error(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        plans = await channel(stage, "plans")
        ada = await stage.make("ada")
        draft = await stage.draft(ada, "#plans")
        await stage.store.write(_change, delete(rooms).where(rooms.c.id == plans.id))
        with pytest.raises(ClientError, match="invalid-channel"):
            await stage.commit(draft)


async def test_a_user_who_goes_before_the_commit_breaks_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        plans = await channel(stage, "plans")
        ada = await stage.make("ada")
        draft = await stage.draft(ada, "#plans")
        await stage.store.write(delete_user, ada.id)
        assert (await stage.commit(draft)).joined is False
        assert await stage.texts(plans.id) == ["hello"]


async def test_rooms_joined_are_given_by_kind_and_not_beyond_the_limit(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await stage.make("ada")
        plans = await channel(stage, "plans")
        await group(stage, "secret")
        await stage.post(ada, "#plans")
        direct = (await stage.post(ada, "@admin")).room
        assert await stage.workspace.joined_room_ids(ada.id, "c", 100) == ["GENERAL", plans.id]
        assert await stage.workspace.joined_room_ids(ada.id, "c", 1) == ["GENERAL"]
        assert await stage.workspace.joined_room_ids(ada.id, "p", 100) == []
        assert await stage.workspace.joined_room_ids(ada.id, "d", 100) == [direct.id]


async def test_all_of_a_kind_is_every_room_of_it_that_the_poster_is_in(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        admin, ada = await stage.admin(), await stage.make("ada")
        await channel(stage, "plans")
        secret = await group(stage, "secret")
        configured = ["#plans", "all_public_channels", "all_private_groups"]
        assert await expand(stage.workspace, ada.id, configured) == ["#plans", "GENERAL"]
        found = await expand(stage.workspace, admin.id, ["all_private_groups", "all_direct_messages"])
        assert found == [secret.id]


async def test_a_name_is_found_ignoring_case_only_where_that_is_asked(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await stage.make("Ada")
        workspace: Workspace = stage.workspace
        assert await workspace.user(username="ada") is None
        assert await workspace.user_ignoring_case("ADA") == ada
        assert await workspace.find_user("Ada") == await workspace.find_user(ada.id) == ada


def _change(connection: Connection, statement: Update | Delete) -> None:
    connection.execute(statement)
