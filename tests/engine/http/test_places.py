"""A slow receiver stalls its own calls: never another destination's, another integration's, or a delivery."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from engine.http import MAX_REQUESTS_A_DESTINATION, GuardedClient, HttpError, OutgoingRequest
from engine.http.places import DELIVERIES, Places
from tests.engine.http.network import client, get
from tests.receiver import Received, Receiver, Response

pytestmark = pytest.mark.anyio
A, B = "http://a.example:80", "http://b.example:80"


@asynccontextmanager
async def holding() -> AsyncIterator[tuple[Receiver, asyncio.Event]]:
    """A receiver that answers /quick at once, and everything else once it is told to."""
    release = asyncio.Event()

    async def held(request: Received) -> Response:
        if request.target != "/quick":
            await release.wait()
        return Response()

    async with Receiver(held) as receiver:
        yield receiver, release


def many(guarded: GuardedClient, url: str, count: int, share: str) -> list[asyncio.Task[object]]:
    return [asyncio.create_task(guarded.send(get(url), share=share)) for _ in range(count)]


async def test_a_destination_gets_few_requests_at_once_and_another_is_not_held_up() -> None:
    async with holding() as (slow, release), Receiver() as quick, client() as guarded:
        sending = many(guarded, slow.url, MAX_REQUESTS_A_DESTINATION * 2, DELIVERIES)
        await slow.received(MAX_REQUESTS_A_DESTINATION)
        assert (await guarded.send(get(quick.url))).status == 200
        assert len(slow.requests) == MAX_REQUESTS_A_DESTINATION
        release.set()
        await asyncio.gather(*sending)
    assert slow.connections == MAX_REQUESTS_A_DESTINATION


@pytest.mark.parametrize("share", [DELIVERIES, "third"])
async def test_what_is_slow_to_answer_two_integrations_answers_another_and_deliveries(share: str) -> None:
    async with holding() as (receiver, release), client() as guarded:
        sending = [task for slow in ("first", "second") for task in many(guarded, receiver.url, 10, slow)]
        await receiver.received(2 * MAX_REQUESTS_A_DESTINATION)
        answer = await guarded.send(OutgoingRequest("GET", receiver.url + "/quick"), share=share)
        assert answer.status == 200 and not any(task.done() for task in sending)
        release.set()
        await asyncio.gather(*sending)


async def test_deliveries_that_wait_keep_no_script_waiting() -> None:
    async with holding() as (receiver, release), client() as guarded:
        sending = many(guarded, receiver.url, 10, DELIVERIES)
        await receiver.received(MAX_REQUESTS_A_DESTINATION)
        assert (await guarded.send(get(receiver.url + "/quick"), share="an integration")).status == 200
        release.set()
        await asyncio.gather(*sending)


async def test_one_that_found_no_place_says_so_and_was_not_sent() -> None:
    async with holding() as (receiver, release), client() as guarded:
        sending = many(guarded, receiver.url, MAX_REQUESTS_A_DESTINATION, "own")
        await receiver.received(MAX_REQUESTS_A_DESTINATION)
        with pytest.raises(HttpError) as caught:
            await guarded.send(OutgoingRequest("GET", receiver.url + "/quick", timeout=0.05), share="own")
        message = f"8 requests to {receiver.url} are under way, and this one found no place among them in 0.05 s"
        assert (caught.value.kind, caught.value.message) == ("timeout", message)
        # the time of one that has a place goes to its receiver
        with pytest.raises(HttpError, match="no complete answer from"):
            await guarded.send(OutgoingRequest("GET", receiver.url, timeout=0.05), share="another")
        release.set()
        await asyncio.gather(*sending)
    assert all(request.target != "/quick" for request in receiver.requests)


async def test_scripts_are_bounded_in_all_and_so_are_deliveries_apart_from_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.http.places.MAX_REQUESTS_OF_SCRIPTS", 3)
    places = Places()
    async with AsyncExitStack() as stack:
        for share in ("one", "two", "three"):
            await stack.enter_async_context(places.taken(share, A))
        waiting = asyncio.create_task(stack.enter_async_context(places.taken("four", B)))
        await asyncio.sleep(0.01)
        assert not waiting.done() and places.why_none("four", B) == "3 requests are under way"
        async with places.taken(DELIVERIES, A), places.taken(DELIVERIES, B):
            pass
        waiting.cancel()
        assert len(places) == 4
        await asyncio.gather(waiting, return_exceptions=True)
        assert len(places) == 3
    assert len(places) == 0
