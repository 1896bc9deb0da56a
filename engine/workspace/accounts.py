"""Who is logged in: passwords and tokens.

A token is 32 random bytes, kept as its SHA-256. Tries to log in are counted in the database, by name and address,
before they are made.
"""

import secrets
from hashlib import sha256
from math import ceil

from sqlalchemy import Connection

from engine.errors import CodedError, LoginFailed
from engine.model.messages import User
from engine.store import tokens, users
from engine.store.database import Store
from engine.store.users import Account
from engine.trace import now_ms
from engine.workspace.passwords import Passwords, digest_of

DAY_MS = 24 * 60 * 60 * 1000
TOKEN_LIFE_MS = 90 * DAY_MS
TOKENS_PER_USER = 1000
TRIES = 10
TRIES_WINDOW_MS = 5 * 60 * 1000


class Accounts:
    def __init__(self, store: Store, passwords: Passwords) -> None:
        self._store = store
        self.passwords = passwords

    async def login(
        self, *, username: str | None = None, email: str | None = None, digest: str, address: str
    ) -> tuple[Account, str]:
        """The account and a new token; raises LoginFailed, or CodedError after too many failed tries."""
        name = username if username is not None else (email or "").lower()
        # looked at before a place at the hashing is taken, and again when the try is counted
        if (await self._store.read(tokens.count_attempts, name, address, TRIES_WINDOW_MS))[0] >= TRIES:
            raise await self._too_many(name, address)
        credentials = await self._store.read(
            users.get_credentials, username=username, email=None if username is not None else name
        )
        if not await self._store.write(
            tokens.insert_attempt, name=name, address=address, window_ms=TRIES_WINDOW_MS, limit=TRIES
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
        await self._store.write(
            tokens.insert_token,
            hash=_hash_of(token),
            user_id=user_id,
            life_ms=TOKEN_LIFE_MS,
            keep=TOKENS_PER_USER,
        )
        return token

    async def user_of_token(self, token: str) -> User | None:
        return await self._store.read(tokens.user_of_token, _hash_of(token))

    async def account(self, user_id: str) -> Account | None:
        return await self._store.read(users.get_account, id=user_id)

    async def logout(self, token: str) -> None:
        await self._store.write(tokens.delete_token, _hash_of(token))

    async def set_password(self, user_id: str, password: str) -> bool:
        """Ends the user's logins everywhere; False when there is no such user."""
        hash = await self.passwords.hash(digest_of(password))
        return await self._store.write(_set_password, user_id, hash, now_ms())

    async def _too_many(self, name: str, address: str) -> CodedError:
        _, over_in = await self._store.read(tokens.count_attempts, name, address, TRIES_WINDOW_MS)
        wait = max(1, ceil(over_in / 1000))
        reason = f"Error, too many requests. Please slow down. You must wait {wait} seconds before trying again."
        return CodedError("error-too-many-requests", reason, {"timeToReset": wait * 1000, "seconds": wait})


def _hash_of(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _set_password(connection: Connection, user_id: str, password_hash: str, now: int) -> bool:
    tokens.delete_tokens_of(connection, user_id)
    return users.set_password(connection, user_id, password_hash, now)
