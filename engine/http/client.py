"""The guarded client: one request out, one answer back, within a policy, a time and a size.

Nothing comes from the environment but the certificates to trust (SSL_CERT_FILE): no proxies, no netrc; no cookies are
kept. Redirects are decided hop by hop like requests of their own, with the same method, headers and body.
"""

import asyncio
import re
import ssl
import time
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import httpcore2
import httpx2

from engine.http.answers import MAX_ANSWER, answer_headers, decoded, read
from engine.http.errors import LIBRARY_ERRORS, HttpError, translated
from engine.http.headers import Headers, checked, redirected, sent
from engine.http.places import DELIVERIES, Places
from engine.http.policy import EgressPolicy
from engine.http.pools import Pools
from engine.http.resolver import Resolver, SystemResolver
from engine.http.urls import Target, parse_url

MAX_TIMEOUT = 20.0
MIN_TIMEOUT = 0.001
MAX_BODY = 5 * 1024 * 1024
MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})

_METHOD = re.compile(r"[A-Za-z][A-Za-z-]{0,31}")
_NEVER = frozenset({"CONNECT", "TRACE"})


@dataclass(frozen=True)
class OutgoingRequest:
    """`timeout` in seconds covers everything, looking names up and redirects included.

    `placeholders` are words in it that stand for something else, with the name of what: a Filler's business.
    """

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = None
    timeout: float = MAX_TIMEOUT
    placeholders: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Answer:
    """`headers` have lower-case names; `url` is the last one called, without credentials."""

    status: int
    headers: Headers
    content: bytes
    truncated: bool
    url: str
    duration_ms: int


@dataclass(frozen=True)
class Hop:
    """A request with everything about it checked; `origin` is the destination that was asked for first."""

    target: Target
    method: str
    headers: Headers
    body: bytes | None
    origin: str


class Filler(Protocol):
    """Puts into each hop what may leave for its destination only. Raises HttpError where it may not."""

    def check(self, hop: Hop) -> None:
        """Before anything is looked up or connected to."""

    def fill(self, hop: Hop) -> Hop:
        """What goes out, once the connection is there and, with TLS, its certificate was found good."""


class GuardedClient:
    """Every outgoing request of hookcell. Lives on one event loop; `close` it there."""

    def __init__(
        self, policy: EgressPolicy, *, resolver: Resolver | None = None, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        self._policy = policy
        self._pools = Pools(resolver or SystemResolver(), ssl_context or httpx2.create_ssl_context())
        self._places = Places()
        self._closed = False
        self._under_way: dict[asyncio.Timeout, asyncio.Event] = {}

    async def send(
        self,
        request: OutgoingRequest,
        *,
        allow: EgressPolicy | None = None,
        limit: int = MAX_ANSWER,
        filler: Filler | None = None,
        share: str = DELIVERIES,
    ) -> Answer:
        """The answer, whatever its status, cut at `limit` bytes; `allow` widens the policy for this request.

        `share` says with whom it has its places: the integration whose script calls. Raises HttpError when there is
        none, and RuntimeError after `close`.
        """
        if self._closed:
            raise RuntimeError("the HTTP client is closed")
        hop = hop_of(request)
        policy = self._policy | allow if allow is not None else self._policy
        sending = _Sending(policy, min(limit, MAX_ANSWER), filler, share)
        deadline = asyncio.timeout(request.timeout)
        gone = self._under_way[deadline] = asyncio.Event()
        try:
            async with deadline:
                return await self._follow(hop, sending)
        except TimeoutError:
            destination = hop.target.destination
            if self._closed:
                raise HttpError("connect", f"the request to {destination} was given up: hookcell is stopping") from None
            if sending.waits_for is not None:
                why = self._places.why_none(share, sending.waits_for)
                message = f"{why}, and this one found no place among them in {request.timeout:g} s"
                raise HttpError("timeout", message) from None
            raise HttpError("timeout", f"no complete answer from {destination} in {request.timeout:g} s") from None
        finally:
            del self._under_way[deadline]
            gone.set()

    async def close(self) -> None:
        """Closes every connection; requests under way end with HttpError `connect`."""
        self._closed = True
        under_way = dict(self._under_way)
        for deadline in under_way:
            # one whose time is over is ending already, and cannot be told so again
            if not deadline.expired():
                deadline.reschedule(0)
        for gone in under_way.values():
            await gone.wait()
        await self._pools.close()

    @property
    def connections(self) -> list[str]:
        """The connections open now, described: for tests and diagnosis."""
        return self._pools.connections

    async def _follow(self, hop: Hop, sending: "_Sending") -> Answer:
        for _ in range(MAX_REDIRECTS + 1):
            if sending.filler is not None:
                sending.filler.check(hop)
            destination = sending.waits_for = hop.target.destination
            async with self._places.taken(sending.share, destination):
                sending.waits_for = None
                answer = await self._exchange(hop, sending)
            if answer.status not in REDIRECTS:
                return answer
            hop = _redirected(hop, answer)
        raise HttpError("too-many-redirects", f"error-too-many-redirects: more than {MAX_REDIRECTS} were answered")

    async def _exchange(self, hop: Hop, sending: "_Sending") -> Answer:
        target, limit = hop.target, sending.limit
        request = _wire(hop) if sending.filler is None else _filled_on_the_wire(hop, sending.filler)
        async with self._pools.connection(target, sending.policy) as connection:
            try:
                response = await connection.handle_async_request(request)
                try:
                    headers = answer_headers(response.headers, target.destination)
                    body, truncated = await read(response.aiter_stream(), limit)
                finally:
                    await response.aclose()
            except LIBRARY_ERRORS as error:
                raise translated(error, target.destination) from error
        body, truncated = await decoded(body, truncated, headers, limit, target.destination)
        duration = round((time.monotonic() - sending.started) * 1000)
        return Answer(response.status, headers, body, truncated, target.url, duration)


@dataclass
class _Sending:
    """What holds for all hops of a request; `waits_for` is the destination that has no place for it yet."""

    policy: EgressPolicy
    limit: int
    filler: Filler | None
    share: str
    started: float = field(default_factory=time.monotonic)
    waits_for: str | None = None


def hop_of(request: OutgoingRequest) -> Hop:
    """The first hop of a request. Raises HttpError `bad-request` and `bad-url`."""
    method = request.method.upper()
    if not _METHOD.fullmatch(request.method) or method in _NEVER:
        raise HttpError("bad-request", f"the request cannot be sent: {request.method[:80]!r} is no method to call with")
    if not MIN_TIMEOUT <= request.timeout <= MAX_TIMEOUT:
        raise HttpError("bad-request", "the request cannot be sent: its timeout must be between 1 and 20000 ms")
    if request.body is not None and len(request.body) > MAX_BODY:
        raise HttpError(
            "bad-request",
            f"the request cannot be sent: its body has {len(request.body)} bytes; at most {MAX_BODY} are sent",
        )
    target = parse_url(request.url)
    return Hop(target, method, checked(request.headers), request.body, target.destination)


def _redirected(hop: Hop, answer: Answer) -> Hop:
    before = hop.target
    location = next((value for name, value in answer.headers if name == "location"), "")
    if not location:
        raise HttpError(
            "redirect-without-location",
            f"redirect-response-location-header-missing: {before.destination} answered {answer.status} without one",
        )
    try:
        after = before.joined(location)
    except HttpError as error:
        raise HttpError(error.kind, f"{before.destination} redirects, but {error.message}") from None
    headers = hop.headers
    if before.authorization is not None and not any(name.lower() == "authorization" for name, _ in headers):
        headers = (*headers, ("Authorization", before.authorization))
    return replace(hop, target=after, headers=redirected(headers, before, after))


def _wire(hop: Hop) -> httpcore2.Request:
    target = hop.target
    return httpcore2.Request(
        method=hop.method,
        url=httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
        headers=sent(target, hop.method, hop.headers, hop.body),
        content=hop.body,
    )


def _filled_on_the_wire(hop: Hop, filler: Filler) -> httpcore2.Request:
    """The request whose parts are exchanged for the filled ones when the library is about to write them."""
    request = _wire(hop)

    async def on_event(name: str, info: dict[str, Any]) -> None:
        if name == "http11.send_request_headers.started":
            filled = _wire(filler.fill(hop))
            request.url, request.headers, request.stream = filled.url, filled.headers, filled.stream

    request.extensions["trace"] = on_event
    return request
