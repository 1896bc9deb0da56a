import asyncio
import threading

import pytest
from argon2 import PasswordHasher

from engine.errors import Unavailable
from engine.workspace.passwords import Passwords, digest_of
from tests.engine.workspace.workspaces import cheap_passwords

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class HeldHasher(PasswordHasher):
    """Hashes when it is let, and knows how many it was asked for at once."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.go = threading.Event()
        self.running = 0
        self.most = 0

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.running += 1
        self.most = max(self.most, self.running)
        self.go.wait(10)
        self.running -= 1
        return super().hash(password, salt=salt)


async def test_a_password_fits_its_own_hash_only() -> None:
    passwords = cheap_passwords()
    hash = await passwords.hash(digest_of("right"))
    assert await passwords.verify(hash, digest_of("right"))
    assert not await passwords.verify(hash, digest_of("wrong"))
    assert not await passwords.verify("not a hash", digest_of("right"))
    passwords.close()


async def test_without_a_hash_something_is_hashed_all_the_same_and_never_fits() -> None:
    hasher = HeldHasher()
    hasher.go.set()
    passwords = Passwords(hasher)
    assert not await passwords.verify(None, "")
    assert hasher.most == 1
    passwords.close()


async def test_two_are_hashed_at_once_ten_wait_and_the_next_is_turned_away() -> None:
    hasher = HeldHasher()
    passwords = Passwords(hasher)
    asked = [asyncio.ensure_future(passwords.hash(digest_of(str(number)))) for number in range(12)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await passwords.hash(digest_of("one more"))
    # who goes away leaves the place to nobody until the thread is done
    asked[0].cancel()
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await passwords.hash(digest_of("one more"))
    hasher.go.set()
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in done] == [asyncio.CancelledError, *[str] * 11]
    assert hasher.most <= 2
    assert await passwords.hash(digest_of("one more"))
    passwords.close()
