import asyncio
import contextlib
from ipaddress import ip_address

import httpcore2
import pytest

from engine.http import EgressPolicy, HttpError
from engine.http.addresses import Address
from engine.http.backend import GuardedBackend, first_connected
from tests.engine.http.network import LOOPBACK, Names, client, failure, get
from tests.receiver import Receiver

pytestmark = pytest.mark.anyio

FIRST, SECOND = ip_address("192.0.2.1"), ip_address("192.0.2.2")


class Connected(httpcore2.AsyncNetworkStream):
    def __init__(self, address: Address) -> None:
        self.address = address
        self.closed = False

    async def aclose(self) -> None:
        self.closed = True


async def test_the_next_address_is_tried_when_one_fails() -> None:
    async with Receiver() as receiver, client(resolver=Names(two_example=["127.0.0.9", "127.0.0.1"])) as guarded:
        assert (await guarded.send(get(f"http://two.example:{receiver.port}/"))).status == 200


async def test_when_every_address_fails_the_first_is_named() -> None:
    async with Receiver() as receiver:
        port = receiver.port
    async with client(resolver=Names(two_example=["127.0.0.9", "127.0.0.1"])) as guarded:
        error = await failure(guarded, get(f"http://two.example:{port}/"))
    assert error.kind == "connect"
    assert error.message == f"could not connect to two.example:{port} at 127.0.0.9: Connection refused"


async def test_an_address_that_says_nothing_does_not_hold_the_next_one_up() -> None:
    cancelled: list[Address] = []

    async def connect(address: Address) -> Connected:
        if address == FIRST:
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.append(address)
        return Connected(address)

    stream = await first_connected([FIRST, SECOND], connect)
    assert isinstance(stream, Connected) and stream.address == SECOND and not stream.closed
    assert cancelled == [FIRST]


class JustMade:
    """Connects to `FIRST` only in the moment in which that is given up, and to every other address at once."""

    def __init__(self) -> None:
        self.made: list[Connected] = []

    async def __call__(self, address: Address) -> Connected:
        if address == FIRST:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        self.made.append(Connected(address))
        return self.made[-1]


async def test_a_connection_that_comes_too_late_is_closed() -> None:
    connect = JustMade()
    stream = await first_connected([FIRST, SECOND], connect)
    assert [(made.address, made.closed) for made in connect.made] == [(SECOND, False), (FIRST, True)]
    assert stream is connect.made[0]


async def test_a_cancelled_race_leaves_no_connection() -> None:
    connect = JustMade()
    race = asyncio.create_task(first_connected([FIRST], connect))
    await asyncio.sleep(0.01)
    race.cancel()
    with pytest.raises(asyncio.CancelledError):
        await race
    assert [made.closed for made in connect.made] == [True]


async def test_unix_sockets_are_never_connected_to() -> None:
    with pytest.raises(HttpError) as caught:
        await GuardedBackend(LOOPBACK, Names()).connect_unix_socket("/run/docker.sock")
    assert caught.value.kind == "refused-by-policy"


async def test_the_policy_sees_the_name_the_port_and_every_address() -> None:
    names = Names(intranet_example=["127.0.0.1"])
    async with Receiver() as receiver:
        async with client(EgressPolicy.parse(f"intranet.example:{receiver.port}"), resolver=names) as guarded:
            assert (await guarded.send(get(f"http://intranet.example:{receiver.port}/"))).status == 200
            assert (await failure(guarded, get("http://intranet.example:1/"))).kind == "refused-by-policy"
            assert (await failure(guarded, get(receiver.url))).kind == "refused-by-policy"
