"""Who exists and who is logged in: making users, logging in, tokens.

A token is 32 random bytes, kept as its SHA-256. Tries to log in are counted in the database, by name and address,
before they are made.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil

from sqlalchemy import Connection

from engine.errors import CodedError, LoginFailed
from engine.ids import new_id, new_token
from engine.model.messages import User
from engine.store import tokens, users
from engine.store.database import Store
from engine.store.users import Account
from engine.trace import now_ms
from engine.workspace.passwords import Passwords, digest_of
from engine.workspace.permissions import ROLES, holds

DAY_MS = 24 * 60 * 60 * 1000
TOKEN_LIFE_MS = 90 * DAY_MS
TOKENS_PER_USER = 1000
TRIES = 10
TRIES_WINDOW_MS = 5 * 60 * 1000
NAME_PATTERN = re.compile(r"[0-9a-zA-Z._-]+")
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


class Accounts:
    def __init__(self, store: Store, passwords: Passwords) -> None:
        self._store = store
        self.passwords = passwords

    async def login(
        self, *, username: str | None = None, email: str | None = None, digest: str, address: str
    ) -> tuple[Account, str]:
        """The account and a new token; raises LoginFailed, or CodedError after too many failed tries."""
        name = username if username is not None else (email or "").lower()
        since = now_ms() - TRIES_WINDOW_MS
        # looked at before a place at the hashing is taken, and again when the try is counted
        if (await self._store.read(tokens.count_attempts, name, address, since))[0] >= TRIES:
            raise await self._too_many(name, address)
        credentials = await self._store.read(
            users.get_credentials, username=username, email=None if username is not None else name
        )
        if not await self._store.write(
            tokens.insert_attempt, name=name, address=address, now=now_ms(), since=since, limit=TRIES
        ):
            raise await self._too_many(name, address)
        right = await self.passwords.verify(credentials and credentials[1], digest)
        if credentials is None or not right or not credentials[0].user.active:
            raise LoginFailed
        await self._store.write(tokens.forget_attempts, name, address)
        return credentials[0], await self.new_token(credentials[0].user.id)

    async def resume(self, token: str) -> tuple[Account, str]:
        """The account of a token that is good, and the token again; raises LoginFailed."""
        user = await self.user_of_token(token)
        account = None if user is None else await self.account(user.id)
        if account is None:
            raise LoginFailed
        return account, token

    async def new_token(self, user_id: str) -> str:
        token = secrets.token_urlsafe(32)
        now = now_ms()
        await self._store.write(
            tokens.insert_token,
            hash=_hash_of(token),
            user_id=user_id,
            now=now,
            expires_at=now + TOKEN_LIFE_MS,
            keep=TOKENS_PER_USER,
        )
        return token

    async def user_of_token(self, token: str) -> User | None:
        return await self._store.read(tokens.user_of_token, _hash_of(token), now_ms())

    async def account(self, user_id: str) -> Account | None:
        return await self._store.read(users.get_account, id=user_id)

    async def create(self, by: User, new: NewUser) -> Account:
        """Raises CodedError when `by` may not, or a field is not valid or taken."""
        if not await self._store.read(holds, by, "create-user"):
            raise _not_allowed("Adding user is not allowed", "Adding_user")
        if new.roles != ("user",) and not await self._store.read(holds, by, "assign-roles"):
            raise _not_allowed("Assigning roles is not allowed", "Assign_role")
        check_username(new.username)
        email = None if new.email is None else new.email.strip().lower()
        if email is not None and not _EMAIL_PATTERN.fullmatch(email):
            raise CodedError("error-invalid-email", f"Invalid email {new.email}", {"method": _METHOD, "email": email})
        _check_roles(new.roles)
        user = User(new_id(), new.username, new.name, "user", new.roles, new.active)
        hash = await self.passwords.hash(digest_of(new.password or new_token(32)))
        now = now_ms()
        await self._store.write(_insert, user, email, hash, new.join_default_rooms, now)
        return Account(user, email, now, now)

    async def set_password(self, user_id: str, password: str) -> bool:
        """Ends the user's logins everywhere; False when there is no such user."""
        hash = await self.passwords.hash(digest_of(password))
        return await self._store.write(_set_password, user_id, hash, now_ms())

    async def _too_many(self, name: str, address: str) -> CodedError:
        now = now_ms()
        _, first = await self._store.read(tokens.count_attempts, name, address, now - TRIES_WINDOW_MS)
        wait = 1 if first is None else max(1, ceil((first + TRIES_WINDOW_MS - now) / 1000))
        reason = f"Error, too many requests. Please slow down. You must wait {wait} seconds before trying again."
        return CodedError("error-too-many-requests", reason, {"timeToReset": wait * 1000, "seconds": wait})


def check_username(username: str) -> None:
    """Raises CodedError."""
    if not NAME_PATTERN.fullmatch(username):
        raise CodedError(
            "error-input-is-not-a-valid-field",
            f"{username} is not a valid username",
            {"method": _METHOD, "input": username, "field": "Username"},
        )


def _check_roles(roles: Sequence[str]) -> None:
    for role in roles:
        if role not in ROLES:
            raise CodedError("error-invalid-role", f"Invalid role {role}: one of {', '.join(ROLES)}", {"role": role})


def _hash_of(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _insert(
    connection: Connection, user: User, email: str | None, password_hash: str, join_default_rooms: bool, now: int
) -> None:
    if users.username_taken(connection, user.username):
        raise _unavailable(user.username, "Username")
    if email is not None and users.email_taken(connection, email):
        raise _unavailable(email, "Email")
    users.insert_user(connection, user, email=email, password_hash=password_hash, now=now)
    if join_default_rooms:
        users.join_default_rooms(connection, user.id, now)


def _set_password(connection: Connection, user_id: str, password_hash: str, now: int) -> bool:
    tokens.delete_tokens_of(connection, user_id)
    return users.set_password(connection, user_id, password_hash, now)


def _unavailable(value: str, field: str) -> CodedError:
    details = {"method": _METHOD, "field": field}
    return CodedError("error-field-unavailable", f"<strong>{value}</strong> is already in use :(", {**details})


def _not_allowed(reason: str, action: str) -> CodedError:
    return CodedError("error-action-not-allowed", reason, {"method": _METHOD, "action": action})
