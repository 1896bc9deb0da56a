from collections.abc import Callable

import pytest

from engine.http import EgressPolicy, OutgoingRequest
from tests.engine.http.network import client, failure, get
from tests.receiver import Received, Receiver, Response

pytestmark = pytest.mark.anyio


def redirect(status: int, location: str) -> Callable[[Received], Response]:
    """Sends /start to `location`, and answers everything else."""

    def handler(request: Received) -> Response:
        if request.target == "/start":
            return Response(status, (("Location", location),), b"moved")
        return Response(200, body=b"arrived")

    return handler


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed_with_method_headers_and_body(status: int) -> None:
    async with Receiver(redirect(status, "end?x=1")) as receiver, client() as guarded:
        headers = (("X-Team", "core"), ("Authorization", "Bearer t"))
        answer = await guarded.send(OutgoingRequest("POST", receiver.url + "/start", headers, b"{}"))
    assert (answer.content, answer.url) == (b"arrived", receiver.url + "/end?x=1")
    first, second = receiver.requests
    assert (second.method, second.target, second.body, second.headers) == ("POST", "/end?x=1", b"{}", first.headers)


async def test_credentials_of_the_url_stay_on_a_redirect_within_its_origin() -> None:
    async with Receiver(redirect(307, "/end")) as receiver, client() as guarded:
        await guarded.send(get(receiver.url.replace("//", "//user:pass@") + "/start"))
    assert [request.header("authorization") for request in receiver.requests] == ["Basic dXNlcjpwYXNz"] * 2


async def test_credential_headers_do_not_go_to_another_origin() -> None:
    secret = (
        ("Authorization", "Bearer t"),
        ("Cookie", "a=b"),
        ("X-Auth-Token", "t"),
        ("X-Api-Key", "k"),
        ("X-Gitlab-Token", "t"),
        ("X-My-Secret", "s"),
    )
    async with Receiver() as other, Receiver(redirect(307, f"{other.url}/end")) as receiver, client() as guarded:
        url = receiver.url.replace("//", "//user:pass@") + "/start"
        await guarded.send(OutgoingRequest("POST", url, (*secret, ("X-Team", "core")), b"{}"))
    assert all(receiver.requests[0].header(name) for name, _ in secret)
    assert [name for name, _ in other.requests[0].headers if name.startswith(("x-", "auth", "cookie"))] == ["x-team"]
    assert other.requests[0].body == b"{}"


async def test_a_redirect_is_refused_by_the_same_policy() -> None:
    async with (
        Receiver(redirect(302, "http://169.254.169.254/latest/meta-data/")) as receiver,
        client(EgressPolicy.parse("127.0.0.1")) as guarded,
    ):
        error = await failure(guarded, get(receiver.url + "/start"))
    assert (error.kind, error.setting) == ("refused-by-policy", "HOOKCELL_EGRESS_ALLOW=169.254.169.254/32")


async def test_five_redirects_are_followed_and_a_sixth_is_not() -> None:
    def countdown(request: Received) -> Response:
        left = int(request.target[1:])
        return Response(302, (("Location", f"/{left - 1}"),)) if left else Response(200)

    async with Receiver(countdown) as receiver, client() as guarded:
        assert (await guarded.send(get(receiver.url + "/5"))).status == 200
        error = await failure(guarded, get(receiver.url + "/6"))
    assert error.kind == "too-many-redirects"
    assert error.message == "error-too-many-redirects: more than 5 were answered"
    assert len(receiver.requests) == 12


@pytest.mark.parametrize("headers", [(), (("Location", ""),)])
async def test_a_redirect_without_a_location_is_an_error_of_its_own(headers: tuple[tuple[str, str], ...]) -> None:
    async with Receiver(lambda _: Response(302, headers)) as receiver, client() as guarded:
        error = await failure(guarded, get(receiver.url))
    assert error.kind == "redirect-without-location"
    assert error.message == (f"redirect-response-location-header-missing: {receiver.url} answered 302 without one")


async def test_a_redirect_out_of_http_is_a_bad_url() -> None:
    async with Receiver(redirect(302, "file:///etc/passwd")) as receiver, client() as guarded:
        error = await failure(guarded, get(receiver.url + "/start"))
    assert error.kind == "bad-url"
    assert error.message == (
        f"{receiver.url} redirects, but the url is not valid: it must begin with http:// or https://"
    )


@pytest.mark.parametrize("status", [300, 304, 305, 306])
async def test_other_statuses_of_three_hundred_are_answers(status: int) -> None:
    async with Receiver(lambda _: Response(status, (("Location", "/x"),))) as receiver, client() as guarded:
        assert (await guarded.send(get(receiver.url))).status == status
    assert len(receiver.requests) == 1
