import asyncio
from pathlib import Path

import pytest

from engine.errors import CannotStart
from engine.settings import Settings
from engine.store.database import open_store
from engine.workspace.embedded import EmbeddedWorkspace
from engine.workspace.passwords import digest_of
from tests.engine.workspace.workspaces import cheap_passwords


async def start(settings: Settings, *, login: str | None = None) -> tuple[Path | None, EmbeddedWorkspace]:
    """Starts, logs the admin in where a password is given, and closes."""
    store = await open_store(settings)
    workspace = EmbeddedWorkspace(store, cheap_passwords())
    try:
        file = await workspace.start(settings)
        if login is not None:
            digest = digest_of(login)
            account, _ = await workspace.accounts.login(
                username=settings.admin_username, digest=digest, address="127.0.0.1"
            )
            assert account.user.roles == ("admin",)
            bot = await workspace.user(id="rocket.cat")
            assert bot is not None and (bot.username, bot.type, bot.roles) == ("rocket.cat", "bot", ("bot",))
            room = await workspace.room(id="GENERAL")
            assert room is not None and (room.name, room.t) == ("general", "c")
            assert await workspace.is_member("GENERAL", account.user.id)
            assert await workspace.is_member("GENERAL", bot.id)
        return file, workspace
    finally:
        workspace.close()
        await store.close()


def test_a_first_start_makes_the_admin_the_bot_and_the_channel(tmp_path: Path) -> None:
    file, _ = asyncio.run(start(Settings(data=tmp_path, admin_username="root", admin_pass="pw"), login="pw"))
    assert file is None
    assert not (tmp_path / "admin-password").exists()


def test_a_generated_password_is_in_a_private_file(tmp_path: Path) -> None:
    (tmp_path / "admin-password").write_text("left by a start that was interrupted")
    settings = Settings(data=tmp_path)
    file, _ = asyncio.run(start(settings))
    assert file == tmp_path / "admin-password"
    assert file.stat().st_mode & 0o777 == 0o600
    password = file.read_text().strip()
    assert len(password) == 24
    again, _ = asyncio.run(start(settings, login=password))
    assert again is None
    assert file.read_text().strip() == password


def test_a_later_start_changes_no_password(tmp_path: Path) -> None:
    asyncio.run(start(Settings(data=tmp_path, admin_pass="first")))
    asyncio.run(start(Settings(data=tmp_path, admin_pass="second"), login="first"))


@pytest.mark.parametrize(
    ("settings", "variable"),
    [
        ({"admin_username": "the boss"}, "HOOKCELL_ADMIN_USERNAME"),
        ({"admin_username": "rocket.cat"}, "HOOKCELL_ADMIN_USERNAME"),
        ({"admin_pass": ""}, "HOOKCELL_ADMIN_PASS"),
    ],
)
def test_an_admin_who_cannot_be_made_stops_the_start(tmp_path: Path, settings: dict[str, str], variable: str) -> None:
    with pytest.raises(CannotStart, match=f"^{variable}"):
        asyncio.run(start(Settings.model_validate({"data": tmp_path, **settings})))
    assert not (tmp_path / "admin-password").exists()
