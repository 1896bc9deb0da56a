import asyncio
import os

import pytest

from engine.http import EgressPolicy, GuardedClient, HttpError, OutgoingRequest
from engine.http.client import MAX_BODY
from engine.http.headers import OURS
from tests.engine.http.network import LOOPBACK, Names, client, failure, get, system_tls
from tests.receiver import TLS_HOST, Received, Receiver, Response, receiver_tls, trusting_tls

pytestmark = pytest.mark.anyio

CONTROL = "the value of the header X-A has a line break or another control character"


async def test_a_request_arrives_as_it_was_given_and_its_answer_comes_back() -> None:
    async with Receiver(
        lambda _: Response(201, (("X-Reply", "yes"), ("X-Reply", "again")), b'{"text":"ok"}')
    ) as receiver:
        async with client() as guarded:
            headers = (("X-Team", "core"), ("Content-Type", "application/json"), ("X-Name", " Zoë "))
            answer = await guarded.send(OutgoingRequest("put", receiver.url + "/a b?c=d#e", headers, b'{"a":1}', 5))
    [request] = receiver.requests
    assert (request.method, request.target, request.body) == ("PUT", "/a%20b?c=d", b'{"a":1}')
    assert request.headers == (
        ("host", f"127.0.0.1:{receiver.port}"),
        ("x-team", "core"),
        ("content-type", "application/json"),
        ("x-name", "Zoë"),
        ("accept", "*/*"),
        ("accept-encoding", "gzip, deflate"),
        ("user-agent", "hookcell"),
        ("content-length", "7"),
    )
    assert (answer.status, answer.content, answer.truncated) == (201, b'{"text":"ok"}', False)
    assert answer.headers == (("x-reply", "yes"), ("x-reply", "again"), ("content-length", "13"))
    assert answer.url == receiver.url + "/a%20b?c=d"
    assert answer.duration_ms >= 0


async def test_a_get_without_a_body_has_no_length_and_a_post_has_zero() -> None:
    async with Receiver() as receiver, client() as guarded:
        await guarded.send(get(receiver.url))
        await guarded.send(OutgoingRequest("POST", receiver.url))
    assert [request.header("content-length") for request in receiver.requests] == [None, "0"]


@pytest.mark.parametrize("status", [200, 204, 304, 400, 404, 410, 500, 503])
async def test_a_status_is_an_answer_and_never_an_error(status: int) -> None:
    async with Receiver(lambda _: Response(status)) as receiver, client() as guarded:
        assert (await guarded.send(get(receiver.url))).status == status


async def test_credentials_in_the_url_become_basic_authorization_and_are_seen_nowhere_else() -> None:
    async with Receiver() as receiver, client() as guarded:
        answer = await guarded.send(get(receiver.url.replace("//", "//user:hunter2@") + "/x"))
        error = await failure(guarded, get("http://user:hunter2@10.0.0.1/"))
    assert receiver.requests[0].header("authorization") == "Basic dXNlcjpodW50ZXIy"
    assert answer.url == receiver.url + "/x"
    assert "hunter2" not in error.message


async def test_an_authorization_header_wins_over_credentials_in_the_url() -> None:
    async with Receiver() as receiver, client() as guarded:
        await guarded.send(get(receiver.url.replace("//", "//user:pass@"), ("authorization", "Bearer t")))
    assert receiver.requests[0].header("authorization") == "Bearer t"


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            get("http://x/", ("X-A", "a\r\nX-B: b")),
            CONTROL,
        ),
        (
            get("http://x/", ("X-A", "a\nb")),
            CONTROL,
        ),
        (
            get("http://x/", ("X-A", "a\x00b")),
            CONTROL,
        ),
        (get("http://x/", ("X-A", "\ud800")), "the value of the header X-A has half a surrogate pair"),
        (get("http://x/", ("X-A: b\r\nX-B", "c")), "'X-A: b\\r\\nX-B' is no header name"),
        (get("http://x/", ("", "c")), "'' is no header name"),
        (get("http://x/", ("Ä", "c")), "'Ä' is no header name"),
        (get("http://x/", *[("X-A", "a")] * 101), "101 headers; at most 100 are sent"),
        (get("http://x/", ("X-A", "a" * 32768)), "the headers are larger than 32768 bytes"),
        (OutgoingRequest("GET /x HTTP/1.1", "http://x/"), "'GET /x HTTP/1.1' is no method to call with"),
        (OutgoingRequest("", "http://x/"), "'' is no method to call with"),
        (OutgoingRequest("connect", "http://x/"), "'connect' is no method to call with"),
        (OutgoingRequest("TRACE", "http://x/"), "'TRACE' is no method to call with"),
        (get("http://x/", timeout=0), "its timeout must be between 1 and 20000 ms"),
        (get("http://x/", timeout=20.001), "its timeout must be between 1 and 20000 ms"),
        (get("http://x/", timeout=float("nan")), "its timeout must be between 1 and 20000 ms"),
        (
            OutgoingRequest("POST", "http://x/", (), bytes(MAX_BODY + 1)),
            f"its body has {MAX_BODY + 1} bytes; at most {MAX_BODY} are sent",
        ),
    ],
    ids=range(17),
)
async def test_a_request_that_is_no_request_is_refused_and_says_why(request_: OutgoingRequest, message: str) -> None:
    names = Names()
    async with client(resolver=names) as guarded:
        error = await failure(guarded, request_)
    assert (error.kind, error.message) == ("bad-request", f"the request cannot be sent: {message}")
    assert names.asked == []


@pytest.mark.parametrize("name", sorted(OURS))
async def test_the_headers_that_frame_a_message_are_not_the_callers(name: str) -> None:
    async with client() as guarded:
        error = await failure(guarded, get("http://x/", (name.title(), "1")))
    assert error.kind == "bad-request"
    assert error.message == f"the request cannot be sent: the header {name.title()} is set by hookcell; leave it out"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://017700000001/",
        "http://127.1/",
        "http://0/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://metadata.internal/",
        "https://10.0.0.1/",
        "http://192.168.0.1/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://mixed.example/",
        "http://MIXED.example./",
    ],
)
async def test_by_default_only_the_public_internet_is_reached(url: str) -> None:
    names = Names(localhost=["127.0.0.1"], metadata_internal=["169.254.169.254"], mixed_example=["1.1.1.1", "10.0.0.1"])
    async with client(EgressPolicy(), resolver=names) as guarded:
        error = await failure(guarded, get(url))
        assert (error.kind, guarded.connections) == ("refused-by-policy", [])
    assert error.setting is not None and error.setting in error.message


async def test_a_name_is_connected_to_at_the_address_that_was_checked() -> None:
    class Rebinding:
        """Answers with a harmless address first and with one inside ever after."""

        answers = [["127.0.0.1"], ["127.0.0.2"]]

        async def resolve(self, host: str) -> list[str]:
            return self.answers.pop(0)

    async with Receiver() as receiver, client(EgressPolicy.parse("127.0.0.1"), resolver=Rebinding()) as guarded:
        url = f"http://rebinding.example:{receiver.port}/"
        assert (await guarded.send(get(url))).status == 200
        assert receiver.requests[0].header("host") == f"rebinding.example:{receiver.port}"
        await guarded.send(get(url))  # the checked connection is still there: nothing is looked up
        with pytest.raises(HttpError) as caught:
            await guarded.send(get(url), allow=EgressPolicy.parse("other.example"))  # a connection of its own
    assert caught.value.kind == "refused-by-policy"
    assert receiver.connections == 1


async def test_an_integrations_own_policy_widens_and_its_connections_stay_its_own() -> None:
    own = EgressPolicy.parse("127.0.0.1")
    async with Receiver() as receiver, client(EgressPolicy()) as guarded:
        assert (await guarded.send(get(receiver.url), allow=own)).status == 200
        assert len(guarded.connections) == 1
        assert (await failure(guarded, get(receiver.url))).kind == "refused-by-policy"
        assert (await failure(guarded, get(receiver.url))).kind == "refused-by-policy"
        assert (await guarded.send(get(receiver.url), allow=own)).status == 200
    assert receiver.connections == 1


async def test_the_environments_proxies_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:9")
    monkeypatch.delitem(os.environ, "no_proxy", raising=False)
    async with Receiver() as receiver, client() as guarded:
        assert (await guarded.send(get(receiver.url))).status == 200


async def test_no_cookie_is_kept() -> None:
    async with Receiver(lambda _: Response(200, (("Set-Cookie", "a=b"),))) as receiver, client() as guarded:
        await guarded.send(get(receiver.url))
        await guarded.send(get(receiver.url))
    assert [request.header("cookie") for request in receiver.requests] == [None, None]


async def test_tls_checks_the_name_at_the_checked_address() -> None:
    names = Names(receiver_test=["127.0.0.1"], other_test=["127.0.0.1"])
    async with Receiver(tls=receiver_tls()) as receiver, client(resolver=names, tls=trusting_tls()) as guarded:
        assert (await guarded.send(get(f"https://{TLS_HOST}:{receiver.port}/"))).status == 200
        error = await failure(guarded, get(f"https://other.test:{receiver.port}/"))
    assert error.kind == "tls"
    assert "its certificate is not trusted" in error.message


async def test_a_certificate_nobody_signed_is_not_trusted() -> None:
    names = Names(receiver_test=["127.0.0.1"])
    async with Receiver(tls=receiver_tls()) as receiver, client(resolver=names) as guarded:
        error = await failure(guarded, get(f"https://{TLS_HOST}:{receiver.port}/"))
    assert error.kind == "tls"
    assert error.message == (
        f"no TLS connection to {TLS_HOST}:{receiver.port}: its certificate is not trusted: self-signed certificate"
    )


async def test_a_receiver_without_tls_is_a_tls_error() -> None:
    async with Receiver() as receiver, client() as guarded:
        assert (await failure(guarded, get(receiver.url.replace("http:", "https:")))).kind == "tls"


async def test_a_port_nobody_listens_on_is_a_connect_error() -> None:
    async with Receiver() as receiver:
        url = receiver.url
    async with client() as guarded:
        error = await failure(guarded, get(url))
    assert (error.kind, error.message) == ("connect", f"could not connect to {url[7:]}: Connection refused")


async def test_a_name_that_does_not_exist_is_a_resolve_error() -> None:
    async with client() as guarded:
        error = await failure(guarded, get("http://nowhere.example/"))
    assert error.kind == "resolve"
    assert error.message == "nowhere.example could not be looked up: Name or service not known"


@pytest.mark.parametrize("found", [[], ["not an address"]])
async def test_a_name_without_a_usable_address_is_a_resolve_error(found: list[str]) -> None:
    async with client(resolver=Names(odd_example=found)) as guarded:
        assert (await failure(guarded, get("http://odd.example/"))).kind == "resolve"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", "protocol"),
        (b"garbage\r\n\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort", "protocol"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc", "protocol"),
        (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 201 + b"\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 65_536 + b"\r\n\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 1_000_000, "protocol"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 130_000, "protocol"),
    ],
    ids=range(9),
)
async def test_what_is_not_a_proper_answer_is_a_protocol_error(answer: bytes, kind: str) -> None:
    async with Receiver(lambda _: answer) as receiver, client() as guarded:
        error = await failure(guarded, OutgoingRequest("POST", receiver.url, (), b"{}"))
        assert error.kind == kind
        assert len(error.message) < 400
        assert guarded.connections == []


async def test_the_deadline_covers_a_receiver_that_never_answers() -> None:
    async with Receiver(lambda _: Response(delay=60)) as receiver, client() as guarded:
        error = await failure(guarded, get(receiver.url, timeout=0.1))
        assert (error.kind, error.message) == ("timeout", f"no complete answer from {receiver.url} in 0.1 s")
        await receiver.quiet()


async def test_the_deadline_covers_a_receiver_that_trickles() -> None:
    async with Receiver(lambda _: Response(body=bytes(1000), trickle=0.02)) as receiver, client() as guarded:
        assert (await failure(guarded, get(receiver.url, timeout=0.2))).kind == "timeout"
        await receiver.quiet()


async def test_the_deadline_covers_redirects_together() -> None:
    def again(_: Received) -> Response:
        return Response(302, (("Location", "/again"),), delay=0.4)

    async with Receiver(again) as receiver, client() as guarded:
        assert (await failure(guarded, get(receiver.url, timeout=1))).kind == "timeout"
        assert 1 < len(receiver.requests) <= 3


async def test_the_deadline_covers_looking_names_up() -> None:
    class Silent:
        async def resolve(self, host: str) -> list[str]:
            await asyncio.Event().wait()
            raise AssertionError

    async with client(resolver=Silent()) as guarded:
        assert (await failure(guarded, get("http://slow.example/", timeout=0.05))).kind == "timeout"


async def test_connections_are_used_again() -> None:
    async with Receiver() as receiver, client() as guarded:
        for _ in range(5):
            await guarded.send(get(receiver.url))
    assert {request.connection for request in receiver.requests} == {1}


async def test_a_cancelled_request_leaves_no_connection() -> None:
    async with Receiver(lambda _: Response(delay=60)) as receiver, client() as guarded:
        tasks = [asyncio.create_task(guarded.send(get(receiver.url))) for _ in range(5)]
        await receiver.received(5)
        for task in tasks:
            task.cancel()
        assert all(
            isinstance(result, asyncio.CancelledError)
            for result in await asyncio.gather(*tasks, return_exceptions=True)
        )
        assert guarded.connections == []
        await receiver.quiet()


async def test_a_request_cancelled_in_its_tls_handshake_leaves_no_connection() -> None:
    accepted = asyncio.Event()
    ended = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.set()
        await reader.read()
        ended.set()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server, client() as guarded:
        task = asyncio.create_task(guarded.send(get(url)))
        await accepted.wait()
        await asyncio.sleep(0.05)
        task.cancel()
        async with asyncio.timeout(20):
            await ended.wait()
        assert guarded.connections == []


async def test_closing_ends_what_is_under_way_and_takes_nothing_new() -> None:
    async with Receiver(lambda _: Response(delay=60)) as receiver:
        guarded = GuardedClient(LOOPBACK, resolver=Names())
        sending = asyncio.create_task(failure(guarded, get(receiver.url)))
        await receiver.received(1)
        await guarded.close()
        error = await sending
        assert error.kind == "connect" and "stopping" in error.message
        with pytest.raises(RuntimeError, match="closed"):
            await guarded.send(get(receiver.url))
        await receiver.quiet()


async def test_closing_waits_for_one_whose_time_is_just_over() -> None:
    ending = asyncio.Event()

    class SlowToEnd:
        async def resolve(self, host: str) -> list[str]:
            try:
                await asyncio.Event().wait()
            finally:
                ending.set()
                await asyncio.sleep(0.05)
            raise AssertionError

    guarded = GuardedClient(LOOPBACK, resolver=SlowToEnd(), ssl_context=system_tls())
    sending = asyncio.create_task(failure(guarded, get("http://slow.example/", timeout=0.2)))
    await ending.wait()
    await guarded.close()
    assert (await sending).kind == "connect"
