"""Passwords, hashed with argon2 off the event loop: two at a time, ten waiting, the rest turned away.

What is hashed is the SHA-256 of the password, in hex: clients may send that instead of the password, and no password
is too long.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from threading import BoundedSemaphore
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.errors import Unavailable

T = TypeVar("T")

AT_ONCE = 2
WAITING = 10


def digest_of(password: str) -> str:
    return sha256(password.encode("utf-8", "surrogatepass")).hexdigest()


class Passwords:
    """Takes digests as `digest_of` makes them; raises Unavailable when too many wait."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self.places = BoundedSemaphore(AT_ONCE + WAITING)
        self._dummy: str | None = None

    async def hash(self, digest: str) -> str:
        return await self._run(partial(self._hasher.hash, digest))

    async def verify(self, hash: str | None, digest: str) -> bool:
        """Without a hash it takes as long as with one, and is False."""
        return await self._run(partial(self._verify, hash, digest))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        if not self.places.acquire(blocking=False):
            raise Unavailable("Too many are logging in at once. Try again in a moment.")
        future = self._threads.submit(work)
        # the place is taken until the thread is done, even where nobody waits for the answer any more
        future.add_done_callback(lambda _: self.places.release())
        return await asyncio.wrap_future(future)

    def _verify(self, hash: str | None, digest: str) -> bool:
        if self._dummy is None:
            self._dummy = self._hasher.hash("")
        try:
            self._hasher.verify(hash or self._dummy, digest)
        except (VerificationError, InvalidHashError):
            return False
        return hash is not None
