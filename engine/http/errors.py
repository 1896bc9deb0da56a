"""What can go wrong with an outgoing request: one exception with a closed set of kinds.

Every exception of httpcore2 and httpx2 has its kind here; a test enumerates both libraries and fails on one that has
none. Messages name scheme, host and port, never path, query or credentials: those often are the secret.
"""

import re
from ast import literal_eval
from typing import Literal, get_args

import httpcore2
import httpx2

Kind = Literal[
    "timeout",
    "connect",
    "tls",
    "refused-by-policy",
    "too-many-redirects",
    "redirect-without-location",
    "protocol",
    "bad-url",
    "bad-request",
    "resolve",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

MAX_DETAIL = 200

# How the libraries quote what a peer sent.
_QUOTED = re.compile(r"""(?:bytearray\()?(b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*")\)?""")


class HttpError(Exception):
    """No answer. `message` is for the integration's author; `setting` is what would allow a refused address."""

    def __init__(self, kind: Kind, message: str, setting: str | None = None) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.message = message
        self.setting = setting


_TRANSLATIONS: dict[type[Exception], tuple[Kind, str]] = {
    httpcore2.TimeoutException: ("timeout", "{destination} took too long"),
    httpcore2.ConnectTimeout: ("timeout", "{destination} took too long to accept the connection"),
    httpcore2.ReadTimeout: ("timeout", "{destination} took too long to answer"),
    httpcore2.WriteTimeout: ("timeout", "{destination} took too long to take the request"),
    httpcore2.PoolTimeout: ("timeout", "no connection to {destination} became free in time"),
    httpcore2.NetworkError: ("connect", "the connection to {destination} failed"),
    httpcore2.ConnectError: ("connect", "could not connect to {destination}"),
    httpcore2.ReadError: ("connect", "{destination} broke the connection before its answer was complete"),
    httpcore2.WriteError: ("connect", "{destination} broke the connection while the request was sent"),
    httpcore2.ProxyError: ("connect", "the connection to {destination} failed"),
    httpcore2.ConnectionNotAvailable: ("connect", "the connection to {destination} was no longer there"),
    httpcore2.ProtocolError: ("protocol", "what {destination} sent is not HTTP: {detail}"),
    httpcore2.RemoteProtocolError: ("protocol", "what {destination} sent is not HTTP: {detail}"),
    httpcore2.LocalProtocolError: ("bad-request", "the request is not HTTP: {detail}"),
    httpcore2.UnsupportedProtocol: ("bad-url", "only http and https can be called"),
    httpx2.InvalidURL: ("bad-url", "the url is not valid"),
    httpx2.CookieConflict: ("protocol", "{destination} sent cookies that contradict each other"),
    httpx2.StreamError: ("protocol", "the answer of {destination} could not be read"),
    httpx2.HTTPError: ("protocol", "the answer of {destination} could not be used: {detail}"),
    httpx2.TimeoutException: ("timeout", "{destination} took too long"),
    httpx2.NetworkError: ("connect", "the connection to {destination} failed"),
    httpx2.ProxyError: ("connect", "the connection to {destination} failed"),
    httpx2.UnsupportedProtocol: ("bad-url", "only http and https can be called"),
    httpx2.LocalProtocolError: ("bad-request", "the request is not HTTP: {detail}"),
    httpx2.TooManyRedirects: ("too-many-redirects", "{destination} redirects too often"),
    httpx2.DecodingError: ("protocol", "the answer of {destination} is not encoded as it says: {detail}"),
}
LIBRARY_ERRORS = tuple(_TRANSLATIONS)


def translated(error: Exception, destination: str) -> HttpError:
    """Our error for one of the libraries', by its nearest class in the table; KeyError when there is none."""
    for kind in type(error).__mro__:
        if kind in _TRANSLATIONS:
            name, message = _TRANSLATIONS[kind]
            return HttpError(name, message.format(destination=destination, detail=_detail(str(error))))
    raise KeyError(type(error))


def _detail(said: str) -> str:
    """With what a peer sent as plain text, where a secret that came back is found; a part of one would not be found."""
    text = _QUOTED.sub(lambda quoted: _plain(quoted[1]), said)
    return text if len(text) <= MAX_DETAIL else _QUOTED.sub("...", said)[:MAX_DETAIL]


def _plain(quoted: str) -> str:
    try:
        return bytes(literal_eval(quoted)).decode(errors="replace").strip()
    except (ValueError, SyntaxError):
        # a peer's own text that looks like it
        return "..."
