"""The headers of a request: what a caller may set, what we set, and what does not follow a redirect.

A caller's header that frames the message or names the host is refused, not dropped: silently changing a request costs
its author an hour. Credential headers stay with their origin; the one step they may take is the usual one from
http to https on the same host with default ports.
"""

import re

from engine.http.errors import HttpError
from engine.http.urls import DEFAULT_PORTS, Target

MAX_HEADERS = 100
MAX_HEADER_BYTES = 32 * 1024
USER_AGENT = "hookcell"

OURS = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
CREDENTIALS = frozenset({"authorization", "cookie", "x-auth-token", "x-api-key"})
CREDENTIAL_SUFFIXES = ("-token", "-secret")

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

Headers = tuple[tuple[str, str], ...]
RawHeaders = list[tuple[bytes, bytes]]


def is_credential(name: str) -> bool:
    """Whether a header's value is a secret: kept from other origins, and from history."""
    name = name.lower()
    return name in CREDENTIALS or name.endswith(CREDENTIAL_SUFFIXES)


def checked(headers: Headers) -> Headers:
    """The headers, spaces around values removed. Raises HttpError `bad-request` saying which cannot be sent and why."""
    if len(headers) > MAX_HEADERS:
        raise _bad(f"{len(headers)} headers; at most {MAX_HEADERS} are sent")
    if sum(len(name) + len(value.encode(errors="replace")) for name, value in headers) > MAX_HEADER_BYTES:
        raise _bad(f"the headers are larger than {MAX_HEADER_BYTES} bytes")
    for name, value in headers:
        if not _NAME.fullmatch(name):
            raise _bad(f"{name[:80]!r} is no header name")
        if name.lower() in OURS:
            raise _bad(f"the header {name} is set by hookcell; leave it out")
        if _CONTROL.search(value):
            raise _bad(f"the value of the header {name} has a line break or another control character")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _bad(f"the value of the header {name} has half a surrogate pair") from None
    return tuple((name, value.strip(" \t")) for name, value in headers)


def sent(target: Target, method: str, headers: Headers, body: bytes | None) -> RawHeaders:
    """The headers as they go out to `target`: ours first, then the caller's, then defaults for what is missing."""
    names = {name.lower() for name, _ in headers}
    lines = [("Host", target.authority), *headers]
    if target.authorization is not None and "authorization" not in names:
        lines.append(("Authorization", target.authorization))
    for name, value in (("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate"), ("User-Agent", USER_AGENT)):
        if name.lower() not in names:
            lines.append((name, value))
    if body is not None or method in _METHODS_WITH_BODY:
        lines.append(("Content-Length", str(len(body or b""))))
    return [(name.encode("ascii"), value.encode()) for name, value in lines]


def redirected(headers: Headers, before: Target, after: Target) -> Headers:
    """The headers that go along from one hop to the next."""
    if before.destination == after.destination or _is_upgrade(before, after):
        return headers
    return tuple((name, value) for name, value in headers if not is_credential(name))


def _is_upgrade(before: Target, after: Target) -> bool:
    default_ports = before.port == DEFAULT_PORTS["http"] and after.port == DEFAULT_PORTS["https"]
    return before.host == after.host and (before.scheme, after.scheme) == ("http", "https") and default_ports


def _bad(reason: str) -> HttpError:
    return HttpError("bad-request", f"the request cannot be sent: {reason}")
