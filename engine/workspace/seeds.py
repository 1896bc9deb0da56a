"""What a first start puts into an empty workspace, and the permissions that every start makes sure of.

A worker makes the latter only: who logs in, and with what, is for the servers to say.
"""

import asyncio
import os
from pathlib import Path

from sqlalchemy import Connection

from engine.errors import CannotStart
from engine.ids import new_id, new_token
from engine.model.messages import BOT, Room, User
from engine.settings import Settings
from engine.store import permissions, rooms, users
from engine.store.database import Store
from engine.trace import now_ms
from engine.workspace.passwords import Passwords, digest_of
from engine.workspace.people import NAME_PATTERN
from engine.workspace.permissions import DEFAULT_ROLES

PASSWORD_FILE = "admin-password"


async def seed(store: Store, settings: Settings, passwords: Passwords, *, makes_admin: bool = True) -> Path | None:
    """On a first start the file with the generated password of the admin, if it was generated; raises CannotStart.

    Not `makes_admin`: that is left to a process that was given the password.
    """
    now = now_ms()
    await store.write(permissions.insert_permissions, DEFAULT_ROLES, now)
    if not makes_admin or await store.read(users.any_user):
        return None
    if not NAME_PATTERN.fullmatch(settings.admin_username) or settings.admin_username == BOT.username:
        raise CannotStart(
            f"HOOKCELL_ADMIN_USERNAME: {settings.admin_username!r} cannot be the admin's name. Use letters, digits, "
            f"dots, dashes and underscores, and not {BOT.username}."
        )
    if settings.admin_pass == "":
        raise CannotStart("HOOKCELL_ADMIN_PASS is empty. Set a password, or unset it to have one generated.")
    password = settings.admin_pass or new_token(24)
    file = None if settings.admin_pass is not None else settings.data / PASSWORD_FILE
    if file is not None and not store.shared:
        await asyncio.to_thread(_write_private, file, password + "\n")
    admin = User(new_id(), settings.admin_username, settings.admin_username, "user", ("admin",), True)
    if not await store.write(_insert, admin, await passwords.hash(digest_of(password)), now):
        return None
    # of several servers that start at once, the one whose password it is
    if file is not None and store.shared:
        await asyncio.to_thread(_write_private, file, password + "\n")
    return file


def _insert(connection: Connection, admin: User, password_hash: str, now: int) -> bool:
    """False when another server was first."""
    if users.any_user(connection):
        return False
    rooms.insert_room(connection, Room("GENERAL", "c", "general", now), now=now, is_default=True)
    for user, hash in ((BOT, None), (admin, password_hash)):
        users.insert_user(connection, user, email=None, password_hash=hash, now=now)
        users.join_default_rooms(connection, user.id, now)
    return True


def _write_private(file: Path, text: str) -> None:
    """A file of an earlier, interrupted start is replaced, never written into."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text)
