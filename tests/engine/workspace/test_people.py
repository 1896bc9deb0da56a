import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from engine.errors import CodedError
from engine.model.integrations import SavedIntegration
from engine.model.messages import User
from engine.paging import Page
from engine.store import configuration
from engine.store.integrations import get_integration
from engine.store.schema import integrations, memberships, rooms
from engine.workspace import people
from engine.workspace.passwords import digest_of
from engine.workspace.people import NewUser, UserChanges
from tests.engine.workspace.workspaces import Stage, staged

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def saved(stage: Stage, id: str) -> SavedIntegration:
    found = await stage.store.read(get_integration, id)
    assert found is not None
    return found


def enabled(connection: Connection) -> int:
    return connection.execute(select(func.count()).where(integrations.c.enabled)).scalar_one()


def memberships_of(connection: Connection, user: User) -> int:
    return connection.execute(select(func.count()).where(memberships.c.user_id == user.id)).scalar_one()


def owner_of(connection: Connection, room_id: str) -> str | None:
    name: str | None = connection.execute(select(rooms.c.username).where(rooms.c.id == room_id)).scalar_one()
    return name


async def test_deleting_a_user_disables_what_posts_as_them_and_nothing_else(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada, bob = await stage.make("ada"), await stage.make("bob")
        hers, his = await stage.integrate(ada), await stage.integrate(bob)
        before = await stage.store.read(configuration.version)
        await stage.workspace.people.delete(ada)
        assert await stage.workspace.user(id=ada.id) is None
        assert await stage.store.read(memberships_of, ada) == 0
        gone, there = await saved(stage, hers), await saved(stage, his)
        assert (gone.integration.enabled, there.integration.enabled) == (False, True)
        assert gone.integration.updated_at > gone.integration.created_at
        assert await stage.store.read(configuration.version) > before


async def test_a_user_of_many_integrations_is_deleted_in_several_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "INTEGRATIONS_A_WRITE", 2)
    async with staged(tmp_path) as stage:
        ada = await stage.make("ada")
        for _ in range(5):
            await stage.integrate(ada)
        await stage.workspace.people.delete(ada)
        assert await stage.store.read(enabled) == 0
        assert await stage.workspace.user(id=ada.id) is None


async def test_the_last_active_admin_stays(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        users, admin = stage.workspace.people, await stage.admin()
        sleeping = (await users.create(admin, NewUser("zoe", "Zoe", roles=("admin",), active=False))).user
        for attempt in (
            users.delete(admin),
            users.update(admin, admin.id, UserChanges(roles=("user",))),
            users.update(admin, admin.id, UserChanges(active=False)),
        ):
            with pytest.raises(CodedError, match="Leaving the app without an active admin") as raised:
                await attempt
            assert raised.value.code == "error-action-not-allowed"
        await users.update(admin, sleeping.id, UserChanges(active=True))
        await users.delete(admin)


async def test_two_admins_who_take_each_others_role_at_once_are_not_both_heard(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        admin, zoe = await stage.admin(), await stage.make("zoe", "admin")
        demote = UserChanges(roles=("user",))
        outcomes = await asyncio.gather(
            stage.workspace.people.update(admin, zoe.id, demote),
            stage.workspace.people.update(zoe, admin.id, demote),
            return_exceptions=True,
        )
        assert [isinstance(one, CodedError) for one in outcomes].count(True) == 1


async def test_a_change_of_roles_raises_the_configurations_version(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await stage.make("ada")
        before = await stage.store.read(configuration.version)
        await stage.workspace.people.update(await stage.admin(), ada.id, UserChanges(roles=("bot",)))
        assert await stage.store.read(configuration.version) > before
        assert (await stage.workspace.user(id=ada.id)) == User(ada.id, "ada", "Ada", "user", ("bot",), True)


async def test_a_new_username_is_shown_with_old_messages_and_rooms(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await stage.make("ada")
        room = (await stage.workspace.rooms.create("c", "plans", ada, (), read_only=False, join=True)).room
        await stage.post(ada, "#plans")
        await stage.workspace.people.update(ada, ada.id, UserChanges(username="countess", name="Countess"))
        ((message, name),) = await stage.workspace.messages.listed(room.id, offset=0, count=0)
        assert (message.username, name) == ("countess", "Countess")
        assert await stage.store.read(owner_of, room.id) == "countess"
        with pytest.raises(CodedError, match="error-field-unavailable"):
            await stage.workspace.people.update(ada, ada.id, UserChanges(username="ADMIN"))


async def test_one_changes_oneself_but_for_roles_and_state(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        users = stage.workspace.people
        ada, bob = await stage.make("ada"), await stage.make("bob")
        account = await users.update(ada, ada.id, UserChanges(name="A", email="ADA@example.com", password="new"))
        assert (account.user.name, account.email) == ("A", "ada@example.com")
        await stage.workspace.accounts.login(username="ada", digest=digest_of("new"), address="192.0.2.1")
        for changes, who, reason in (
            (UserChanges(roles=("admin",)), ada, "Assigning roles"),
            (UserChanges(active=False), ada, "Editing user"),
            (UserChanges(name="B"), bob, "Editing user"),
        ):
            with pytest.raises(CodedError, match=f"{reason} is not allowed"):
                await users.update(ada, who.id, changes)


async def test_registrations_from_one_address_are_counted(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        users = stage.workspace.people
        for number in range(people.REGISTRATIONS):
            await users.register(NewUser(f"user{number}", "U"), "192.0.2.1")
        with pytest.raises(CodedError, match="error-too-many-requests"):
            await users.register(NewUser("late", "L"), "192.0.2.1")
        await users.register(NewUser("late", "L"), "192.0.2.2")


async def test_a_list_of_all_users_is_read_in_several_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.workspace.reading.ROWS_A_READ", 2)
    async with staged(tmp_path) as stage:
        for name in ("cleo", "bob", "Ada"):
            await stage.make(name)
        found, total = await stage.workspace.people.listed(Page(0, 0), active_only=True)
        assert [account.user.username for account in found] == ["Ada", "admin", "bob", "cleo", "rocket.cat"]
        assert total == 5
        found, _ = await stage.workspace.people.listed(Page(1, 2, (("username", -1),)), active_only=True)
        assert [account.user.username for account in found] == ["cleo", "bob"]
