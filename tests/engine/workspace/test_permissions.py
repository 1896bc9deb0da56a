from pathlib import Path

import pytest

from engine.store.permissions import set_roles
from engine.workspace.permissions import DEFAULT_ROLES
from tests.engine.workspace.workspaces import staged

pytestmark = pytest.mark.anyio

INCOMING = ("manage-incoming-integrations", "manage-own-incoming-integrations")
OUTGOING = ("manage-outgoing-integrations", "manage-own-outgoing-integrations")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_the_old_names_are_held_by_nobody_until_somebody_gives_them(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        admin, ada = await stage.admin(), await stage.make("ada")
        holds = stage.workspace.has_permission
        assert all([await holds(admin, name) for name in (*INCOMING, *OUTGOING)])
        assert not any([await holds(admin, name) for name in ("manage-integrations", "manage-own-integrations")])
        assert not any([await holds(ada, name) for name in (*INCOMING, *OUTGOING)])


@pytest.mark.parametrize(
    ("old", "granted"),
    [
        ("manage-integrations", {INCOMING[0], OUTGOING[0]}),
        ("manage-own-integrations", {INCOMING[1], OUTGOING[1]}),
    ],
)
async def test_a_role_given_to_an_old_name_counts_for_its_new_ones(tmp_path: Path, old: str, granted: set[str]) -> None:
    async with staged(tmp_path) as stage:
        ada = await stage.make("ada")
        await stage.store.write(set_roles, old, ["user"], 1)
        held = {name for name in (*INCOMING, *OUTGOING) if await stage.workspace.has_permission(ada, name)}
        assert held == granted


async def test_a_permission_without_roles_is_denied_to_admins_at_once(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        admin = await stage.admin()
        await stage.store.write(set_roles, INCOMING[0], [], 1)
        assert not await stage.workspace.has_permission(admin, INCOMING[0])


async def test_message_impersonate_is_not_the_admins(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        assert not await stage.workspace.has_permission(await stage.admin(), "message-impersonate")
        assert await stage.workspace.has_permission(await stage.make("hal", "bot"), "message-impersonate")


async def test_a_permission_that_does_not_exist_is_nobodys(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        assert not await stage.workspace.has_permission(await stage.admin(), "fly")


async def test_a_start_keeps_what_an_administrator_changed(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.store.write(set_roles, "create-c", ["admin"], 1)
    async with staged(tmp_path) as stage:
        assert not await stage.workspace.has_permission(await stage.make("ada"), "create-c")
        assert "create-c" in DEFAULT_ROLES
