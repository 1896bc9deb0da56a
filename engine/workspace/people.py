"""Making, changing and deleting users.

Some active admin is always left. Deleting a user disables the integrations that post as that user, a few at a time;
interrupted, the user is still there, and deleting again goes on.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from engine.errors import CodedError
from engine.ids import new_id, new_token
from engine.model.json import JsonObject
from engine.model.messages import User
from engine.paging import Page
from engine.store import configuration, tokens, users
from engine.store.database import Store
from engine.store.references import disable_some_of
from engine.store.users import Account
from engine.trace import now_ms
from engine.workspace.happenings import Acting, Done, user_created
from engine.workspace.passwords import Passwords, digest_of
from engine.workspace.permissions import ROLES, holds
from engine.workspace.reading import read_pages

NAME_PATTERN = re.compile(r"[0-9a-zA-Z._-]+")
INTEGRATIONS_A_WRITE = 100
REGISTRATIONS, REGISTRATIONS_WINDOW_MS = 10, 5 * 60 * 1000

_EMAIL_PATTERN = re.compile(r"[^@\s]+@[^@\s]+")
_METHOD = "insertOrUpdateUser"


@dataclass(frozen=True, slots=True)
class NewUser:
    """Without a password one is made that nobody knows."""

    username: str
    name: str
    email: str | None = None
    password: str | None = None
    roles: tuple[str, ...] = ("user",)
    active: bool = True
    join_default_rooms: bool = True


@dataclass(frozen=True, slots=True)
class UserChanges:
    """None leaves a thing as it is."""

    username: str | None = None
    name: str | None = None
    email: str | None = None
    password: str | None = None
    roles: tuple[str, ...] | None = None
    active: bool | None = None


class People:
    def __init__(self, store: Store, passwords: Passwords, acting: Acting) -> None:
        self._store = store
        self._passwords = passwords
        self._acting = acting

    async def create(self, by: User, new: NewUser) -> Account:
        """Raises CodedError when `by` may not, or a field is not valid or taken."""
        await self._check_may(by, "create-user", "Adding user", "Adding_user")
        if new.roles != ("user",):
            await self._check_may(by, "assign-roles", "Assigning roles", "Assign_role")
        return await self._add(new)

    async def register(self, new: NewUser, address: str) -> Account:
        """Somebody makes a user for themselves; raises CodedError, also when many came from the address lately."""
        # counted as tries to log in are, under a name that no user can have
        counted = await self._store.write(
            tokens.insert_attempt,
            name=" registration",
            address=address,
            window_ms=REGISTRATIONS_WINDOW_MS,
            limit=REGISTRATIONS,
        )
        if not counted:
            raise CodedError("error-too-many-requests", "Error, too many requests. Please slow down.")
        return await self._add(new)

    async def update(self, by: User, user_id: str, changes: UserChanges) -> Account:
        """Raises CodedError when `by` may not, a field is not valid or taken, or nobody would be admin any more."""
        if by.id != user_id:
            await self._check_may(by, "edit-other-user-info", "Editing user", "Editing_user")
            if changes.password is not None:
                await self._check_may(by, "edit-other-user-password", "Editing user", "Editing_user")
        if changes.roles is not None:
            await self._check_may(by, "assign-roles", "Assigning roles", "Assign_role")
            _check_roles(changes.roles)
        if changes.active is not None:
            await self._check_may(by, "edit-other-user-active-status", "Editing user", "Editing_user")
        if changes.username is not None:
            check_username(changes.username)
        email = None if changes.email is None else _checked_email(changes.email)
        hash = None if changes.password is None else await self._passwords.hash(digest_of(changes.password))
        return await self._store.write(_update, user_id, replace(changes, email=email), hash, now_ms())

    async def delete(self, user: User) -> None:
        """Raises CodedError for the last admin."""
        while not await self._store.write(_delete, user.id, now_ms()):
            pass

    async def find(self, *, id: str | None = None, username: str | None = None) -> Account | None:
        return await self._store.read(users.get_account, id=id, username=username)

    async def listed(self, page: Page, *, active_only: bool) -> tuple[list[Account], int]:
        """And how many there are in all."""

        async def fetch(offset: int, limit: int) -> list[Account]:
            return await self._store.read(
                users.list_users, active_only=active_only, order=page.sort, offset=offset, limit=limit
            )

        found = await read_pages(fetch, page.offset, page.count)
        return found, await self._store.read(users.count_users, active_only=active_only)

    async def _add(self, new: NewUser) -> Account:
        check_username(new.username)
        email = None if new.email is None else _checked_email(new.email)
        _check_roles(new.roles)
        user = User(new_id(), new.username, new.name, "user", new.roles, new.active)
        hash = await self._passwords.hash(digest_of(new.password or new_token(32)))
        now = now_ms()
        await self._acting.act(_insert, user, email, hash, new.join_default_rooms, now)
        return Account(user, email, now, now)

    async def _check_may(self, by: User, permission: str, doing: str, action: str) -> None:
        if not await self._store.read(holds, by, permission):
            details: JsonObject = {"method": _METHOD, "action": action}
            raise CodedError("error-action-not-allowed", f"{doing} is not allowed", details)


def check_username(username: str) -> None:
    """Raises CodedError."""
    if not NAME_PATTERN.fullmatch(username):
        raise CodedError(
            "error-input-is-not-a-valid-field",
            f"{username} is not a valid username",
            {"method": _METHOD, "input": username, "field": "Username"},
        )


def _checked_email(email: str) -> str:
    address = email.strip().lower()
    if not _EMAIL_PATTERN.fullmatch(address):
        raise CodedError("error-invalid-email", f"Invalid email {email}", {"method": _METHOD, "email": address})
    return address


def _check_roles(roles: Sequence[str]) -> None:
    for role in roles:
        if role not in ROLES:
            raise CodedError("error-invalid-role", f"Invalid role {role}: one of {', '.join(ROLES)}", {"role": role})


def _insert(
    connection: Connection, user: User, email: str | None, password_hash: str, join_default_rooms: bool, now: int
) -> Done[None]:
    """The one place where a user comes to be, but for the first start's."""
    _check_free(connection, user, email)
    users.insert_user(connection, user, email=email, password_hash=password_hash, now=now)
    if join_default_rooms:
        users.join_default_rooms(connection, user.id, now)
    return Done(None, (user_created(user, now),))


def _update(connection: Connection, user_id: str, changes: UserChanges, password_hash: str | None, now: int) -> Account:
    # roles count for integrations; its row also makes changes of admins wait for each other
    configuration.bump(connection)
    account = users.get_account(connection, id=user_id)
    if account is None:
        raise CodedError("error-invalid-user", "Invalid user", {"method": _METHOD})
    before = account.user
    user = replace(
        before,
        username=before.username if changes.username is None else changes.username,
        name=before.name if changes.name is None else changes.name,
        roles=before.roles if changes.roles is None else changes.roles,
        active=before.active if changes.active is None else changes.active,
    )
    email = account.email if changes.email is None else changes.email
    _check_free(connection, user, email)
    if not (user.active and "admin" in user.roles):
        _check_admin_left(connection, before)
    users.update_user(connection, user, email=email, now=now)
    if password_hash is not None:
        tokens.delete_tokens_of(connection, user_id)
        users.set_password(connection, user_id, password_hash, now)
    return Account(user, email, account.created_at, now)


def _delete(connection: Connection, user_id: str, now: int) -> bool:
    """False when there is more to do."""
    configuration.bump(connection)
    user = users.get_user(connection, id=user_id)
    if user is None:
        return True
    _check_admin_left(connection, user)
    if disable_some_of(connection, user_id, INTEGRATIONS_A_WRITE, now) == INTEGRATIONS_A_WRITE:
        return False
    return users.delete_user(connection, user_id)


def _check_admin_left(connection: Connection, leaving: User) -> None:
    if leaving.active and "admin" in leaving.roles and not users.another_admin(connection, leaving.id):
        details: JsonObject = {"method": "removeUserFromRole", "action": "Remove_last_admin"}
        raise CodedError("error-action-not-allowed", "Leaving the app without an active admin is not allowed", details)


def _check_free(connection: Connection, user: User, email: str | None) -> None:
    if users.username_taken(connection, user.username, but_by=user.id):
        raise _unavailable(user.username, "Username")
    if email is not None and users.email_taken(connection, email, but_by=user.id):
        raise _unavailable(email, "Email")


def _unavailable(value: str, field: str) -> CodedError:
    details: JsonObject = {"method": _METHOD, "field": field}
    return CodedError("error-field-unavailable", f"<strong>{value}</strong> is already in use :(", details)
