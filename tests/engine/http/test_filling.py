"""What a filler puts into a request is there once the request is written, and nowhere before."""

from dataclasses import replace

import pytest

from engine.http import Hop, HttpError, OutgoingRequest
from tests.engine.http.network import Names, client, get
from tests.receiver import TLS_HOST, Receiver, Response, receiver_tls

pytestmark = pytest.mark.anyio


class Shouting:
    """Puts VALUE for `word` everywhere; refuses every host of `never`."""

    def __init__(self, *never: str) -> None:
        self.never = never
        self.checked: list[str] = []
        self.filled: list[str] = []

    def check(self, hop: Hop) -> None:
        self.checked.append(hop.target.destination)
        if hop.target.host in self.never:
            raise HttpError("refused-by-policy", f"nothing is sent to {hop.target.host}")

    def fill(self, hop: Hop) -> Hop:
        self.filled.append(hop.target.destination)
        assert hop.body is None or b"word" in hop.body
        return replace(
            hop,
            target=replace(hop.target, path=hop.target.path.replace("word", "VALUE")),
            headers=tuple((name, value.replace("word", "VALUE")) for name, value in hop.headers),
            body=None if hop.body is None else hop.body.replace(b"word", b"VALUE, longer than the word"),
        )


async def test_target_headers_and_body_go_out_filled_and_measured() -> None:
    filler = Shouting()
    async with Receiver() as receiver, client() as guarded:
        request = OutgoingRequest("POST", receiver.url + "/?key=word", (("X-Key", "my word"),), b"a word")
        answer = await guarded.send(request, filler=filler)
    (received,) = receiver.requests
    assert (received.target, received.header("x-key")) == ("/?key=VALUE", "my VALUE")
    assert received.body == b"a VALUE, longer than the word"
    assert received.header("content-length") == str(len(received.body))
    assert answer.url == receiver.url + "/?key=word" and filler.filled == [receiver.url]


async def test_a_kept_connection_is_filled_anew_for_each_request() -> None:
    async with Receiver() as receiver, client() as guarded:
        for _ in range(2):
            await guarded.send(get(receiver.url, ("X-Key", "word")), filler=Shouting())
        await guarded.send(get(receiver.url, ("X-Key", "word")))
    assert [request.header("x-key") for request in receiver.requests] == ["VALUE", "VALUE", "word"]
    assert receiver.connections == 1


async def test_each_hop_is_checked_before_anything_is_looked_up() -> None:
    filler, names = Shouting("evil.example"), Names(evil_example=["127.0.0.1"])
    moved = Response(302, (("Location", "http://evil.example/"),))
    async with Receiver(lambda _: moved) as receiver, client(resolver=names) as guarded:
        with pytest.raises(HttpError, match=r"nothing is sent to evil\.example"):
            await guarded.send(get(receiver.url), filler=filler)
    assert filler.checked == [receiver.url, "http://evil.example:80"] and names.asked == []


async def test_nothing_is_filled_when_the_certificate_is_not_trusted() -> None:
    filler, names = Shouting(), Names(**{TLS_HOST: ["127.0.0.1"]})
    async with Receiver(tls=receiver_tls()) as receiver, client(resolver=names) as guarded:
        with pytest.raises(HttpError, match="certificate"):
            await guarded.send(get(f"https://{TLS_HOST}:{receiver.port}/", ("X-Key", "word")), filler=filler)
    assert receiver.requests == [] and filler.filled == []


async def test_a_filler_that_says_no_when_connected_ends_the_request_and_the_connection() -> None:
    class Late(Shouting):
        def fill(self, hop: Hop) -> Hop:
            raise HttpError("refused-by-policy", "too late")

    async with Receiver() as receiver, client() as guarded:
        with pytest.raises(HttpError, match="too late"):
            await guarded.send(get(receiver.url), filler=Late())
        assert guarded.connections == []
        assert (await guarded.send(get(receiver.url))).status == 200
    assert len(receiver.requests) == 1
