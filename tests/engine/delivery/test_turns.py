import asyncio

import pytest

from engine.delivery.turns import Turns

pytestmark = pytest.mark.anyio


async def test_a_turn_comes_when_the_one_before_has_begun_or_ended() -> None:
    turns = Turns()
    first, second, third = (turns.take("order") for _ in range(3))
    assert await first.come()
    coming = asyncio.create_task(third.come())
    first.begin()
    assert await second.come()
    await asyncio.sleep(0)
    assert not coming.done()
    second.leave(put_off=False)
    assert await coming


async def test_those_behind_one_that_was_put_off_are_put_off_too() -> None:
    turns = Turns()
    first, second, third = (turns.take("order") for _ in range(3))
    first.leave(put_off=True)
    assert not await second.come()
    second.leave(put_off=True)
    assert not await third.come()


async def test_what_has_begun_cannot_be_put_off_any_more() -> None:
    turns = Turns()
    first, second = turns.take("order"), turns.take("order")
    first.begin()
    first.leave(put_off=True)
    assert await second.come()


async def test_orders_do_not_wait_for_each_other_and_nothing_of_them_stays() -> None:
    turns = Turns()
    turns.take("a")
    assert await turns.take("b").come()
    ended = turns.take("c")
    ended.begin()
    assert await turns.take("c").come()


async def test_whoever_gives_up_waiting_keeps_nobody_else_from_their_turn() -> None:
    turns = Turns()
    first, second, third = (turns.take("order") for _ in range(3))
    waiting = asyncio.create_task(second.come())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    first.begin()
    second.leave(put_off=False)
    assert await third.come()
