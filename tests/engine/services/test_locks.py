import asyncio

import pytest

from engine.services.locks import Deadlock, KeyLocks

pytestmark = pytest.mark.anyio
A, B, C = ("i", "a"), ("i", "b"), ("i", "c")


async def turns() -> None:
    """Lets everything that can go on go on."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_key_goes_to_those_who_wait_in_their_order() -> None:
    locks, got = KeyLocks(), list[str]()

    async def work(name: str) -> None:
        await locks.take(name, A)
        got.append(name)

    await work("first")
    waiting = [asyncio.create_task(work(name)) for name in ("second", "third")]
    await turns()
    assert got == ["first"]
    for name in ("first", "second", "third"):
        locks.give_back(name)
        await turns()
    assert got == ["first", "second", "third"] and len(locks) == 0
    await asyncio.gather(*waiting)


async def test_an_owner_takes_a_key_again_and_other_keys_beside_it() -> None:
    locks = KeyLocks()
    for key in (A, A, B):
        await locks.take("one", key)
    await locks.take("two", C)
    assert len(locks) == 3
    locks.give_back("one")
    locks.give_back("one")
    assert len(locks) == 1


async def test_two_that_would_wait_for_each_other_are_told() -> None:
    locks = KeyLocks()
    await locks.take("one", A)
    await locks.take("two", B)
    waiting = asyncio.create_task(locks.take("one", B))
    await turns()
    with pytest.raises(Deadlock) as caught:
        await locks.take("two", A)
    assert caught.value.key == A
    locks.give_back("two")
    await waiting


async def test_a_ring_of_three_is_told_too_and_those_who_only_queue_are_not() -> None:
    locks = KeyLocks()
    for owner, key in (("one", A), ("two", B), ("three", C)):
        await locks.take(owner, key)
    waiting = [asyncio.create_task(locks.take("one", B)), asyncio.create_task(locks.take("two", C))]
    bystander = asyncio.create_task(locks.take("four", B))
    await turns()
    with pytest.raises(Deadlock):
        await locks.take("three", A)
    for owner in ("three", "two", "one"):
        locks.give_back(owner)
        await turns()
    await asyncio.gather(*waiting, bystander)
    for owner in ("one", "two", "four"):
        locks.give_back(owner)
    assert len(locks) == 0


async def test_one_that_gives_up_waiting_leaves_the_queue() -> None:
    locks = KeyLocks()
    await locks.take("one", A)
    given_up = asyncio.create_task(locks.take("two", A))
    waiting = asyncio.create_task(locks.take("three", A))
    await turns()
    given_up.cancel()
    await turns()
    locks.give_back("one")
    await waiting
    locks.give_back("three")
    assert len(locks) == 0


async def test_one_that_is_cancelled_as_its_turn_comes_gives_the_key_back_with_the_rest() -> None:
    locks = KeyLocks()
    await locks.take("one", A)
    unlucky = asyncio.create_task(locks.take("two", A))
    await turns()
    locks.give_back("one")
    unlucky.cancel()
    await asyncio.gather(unlucky, return_exceptions=True)
    locks.give_back("two")
    await asyncio.wait_for(locks.take("three", A), 1)


async def test_who_has_been_given_a_key_and_has_not_heard_yet_waits_for_nobody() -> None:
    locks = KeyLocks()
    await locks.take("one", A)
    given = asyncio.create_task(locks.take("two", A))
    await turns()
    locks.give_back("one")
    # no turn has passed since: "two" has the key and does not know it
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await locks.take("three", A)
    await given
    locks.give_back("two")
    assert len(locks) == 0
