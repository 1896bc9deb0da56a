import asyncio
import ssl
from contextlib import AsyncExitStack

import pytest

from engine.http import MAX_REQUESTS_A_DESTINATION, EgressPolicy
from engine.http.pools import MAX_IDLE_A_POOL, MAX_POOLS, Places, Pools
from tests.engine.http.network import Names, client, get
from tests.receiver import Received, Receiver, Response

pytestmark = pytest.mark.anyio


async def test_a_destination_gets_few_requests_at_once_and_another_is_not_held_up() -> None:
    release = asyncio.Event()

    async def held(_: Received) -> Response:
        await release.wait()
        return Response()

    async with Receiver(held) as slow, Receiver() as quick, client() as guarded:
        sending = [asyncio.create_task(guarded.send(get(slow.url))) for _ in range(MAX_REQUESTS_A_DESTINATION * 2)]
        await slow.received(MAX_REQUESTS_A_DESTINATION)
        assert (await guarded.send(get(quick.url))).status == 200
        assert len(slow.requests) == MAX_REQUESTS_A_DESTINATION
        release.set()
        assert {answer.status for answer in await asyncio.gather(*sending)} == {200}
    assert slow.connections == MAX_REQUESTS_A_DESTINATION


async def test_places_are_forgotten_with_their_last_user() -> None:
    places = Places()
    async with places.taken("http://a:80"), places.taken("http://a:80"), places.taken("http://b:80"):
        assert len(places._destinations) == 2
    assert places._destinations == {}


async def test_idle_connections_are_few() -> None:
    async with AsyncExitStack() as stack:
        receivers = [await stack.enter_async_context(Receiver()) for _ in range(MAX_IDLE_A_POOL + 5)]
        guarded = await stack.enter_async_context(client())
        await asyncio.gather(*(guarded.send(get(receiver.url)) for receiver in receivers))
        assert len(guarded.connections) == MAX_IDLE_A_POOL


async def test_unused_pools_beyond_the_limit_are_closed_and_used_ones_never() -> None:
    pools = Pools(Names(), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    policies = [EgressPolicy.parse(f"10.0.0.{number}") for number in range(MAX_POOLS + 3)]
    async with pools.lease(policies[0]) as kept:
        for policy in policies[1:]:
            async with pools.lease(policy):
                pass
        async with pools.lease(policies[0]) as again:
            assert again is kept
    assert list(pools._pools)[-1] == policies[0]
    assert len(pools._pools) == MAX_POOLS
    assert policies[1] not in pools._pools
    await pools.close()
