"""Puts values of secrets into a request, at each hop, where the secret's rules let them go.

A reference is a random word that only the call that asked for it knows, and means something only in the request of that
call: whatever else looks like one is text. Whether a value may go is asked before anything is looked up; it is put in
when the connection is made and, with TLS, the certificate of the allowed host was found good.
"""

import base64
import binascii
import json
import re
import secrets as random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias
from urllib.parse import quote, quote_plus

from engine.http import Filler, Hop, HttpError, OutgoingRequest
from engine.http.client import MAX_BODY
from engine.http.headers import MAX_HEADER_BYTES
from engine.http.urls import MAX_URL
from engine.model.json import JsonValue
from engine.redaction import MASK, REFERENCE, REFERENCE_PREFIX
from engine.secrets.secret import Secret, is_loopback

Coding: TypeAlias = Callable[[str], str]

_BASIC = re.compile(r"(?i)basic +(\S+)")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_REFERENCE = re.compile(REFERENCE.pattern.encode())


def new_reference() -> str:
    return REFERENCE_PREFIX + random.token_hex(16)


def references_in(request: OutgoingRequest) -> set[str]:
    """All words in the request that have the form of a reference."""
    texts = [request.url, *(part for name, value in request.headers for part in (name, value, _credentials(value)))]
    found = {reference for text in texts if text for reference in REFERENCE.findall(text)}
    return found | {reference.decode() for reference in _REFERENCE.findall(request.body or b"")}


def without_references(value: JsonValue) -> JsonValue:
    """With `***` for each, also inside what Basic credentials encode."""
    match value:
        case str():
            credentials = _credentials(value)
            if credentials is not None and REFERENCE_PREFIX in credentials:
                return f"Basic {MASK}"
            return REFERENCE.sub(MASK, value)
        case list():
            return [without_references(item) for item in value]
        case dict():
            return {str(without_references(key)): without_references(item) for key, item in value.items()}
        case _:
            return value


@dataclass(frozen=True, slots=True)
class SecretFiller(Filler):
    """`references` are the names of secrets by the words that stand for them in this request.

    A body has at most `max_body` bytes, values and all.
    """

    references: Mapping[str, str]
    secrets: Mapping[str, Secret]
    max_body: int = MAX_BODY

    def check(self, hop: Hop) -> None:
        path, _, query = hop.target.path.partition("?")
        names = "\n".join(name for name, _ in hop.headers)
        authorization = _credentials(hop.target.authorization or "") or ""
        for _ in self._within(f"{hop.target.host}\n{path}\n{names}\n{authorization}"):
            raise _refused("a secret may stand in the value of a header, in the query or in the body, and nowhere else")
        for _, value in hop.headers:
            for name in self._within(value, _credentials(value)):
                self._allowed(hop, name, "header")
        for name in self._within(query):
            self._allowed(hop, name, "query")
        if hop.body is not None and REFERENCE_PREFIX.encode() in hop.body:
            for name in self._within(hop.body.decode(errors="replace")):
                self._allowed(hop, name, "body")
        self._not_too_large(hop)

    def fill(self, hop: Hop) -> Hop:
        self.check(hop)
        path, mark, query = hop.target.path.partition("?")
        body = hop.body
        if body is not None and REFERENCE_PREFIX.encode() in body:
            body = _REFERENCE.sub(partial(self._bytes, _coding_of(hop)), body)
        return replace(
            hop,
            target=replace(hop.target, path=path + mark + self._filled(query, _percent)),
            headers=tuple((name, self._header(value)) for name, value in hop.headers),
            body=body,
        )

    def _within(self, *texts: str | None) -> Iterator[str]:
        """Each of them once, however often it stands there."""
        found = {reference for text in texts for reference in REFERENCE.findall(text or "")}
        yield from (name for reference, name in self.references.items() if reference in found)

    def _not_too_large(self, hop: Hop) -> None:
        """Counted, so that nothing is made that is not sent."""
        target = hop.target.path
        size = len(target) + self._growth(target, _percent)
        if size > MAX_URL:
            raise _too_large("url", f"{size:,} characters", MAX_URL)
        size = sum(len(name) + self._header_size(value) for name, value in hop.headers)
        if size > MAX_HEADER_BYTES:
            raise _too_large("headers", f"{size:,} bytes", MAX_HEADER_BYTES)
        if hop.body is not None and REFERENCE_PREFIX.encode() in hop.body:
            size = len(hop.body) + self._growth(hop.body.decode(errors="replace"), _coding_of(hop))
            if size > self.max_body:
                raise _too_large("body", f"{size:,} bytes", self.max_body)

    def _header_size(self, value: str) -> int:
        credentials = _credentials(value)
        if credentials is not None and REFERENCE_PREFIX in credentials:
            return len("Basic ") + (len(credentials.encode()) + self._growth(credentials, _plain) + 2) // 3 * 4
        return len(value.encode()) + self._growth(value, _plain)

    def _growth(self, text: str, coding: Coding) -> int:
        """How many bytes longer it is with the values in it."""
        found = Counter(reference for reference in REFERENCE.findall(text) if reference in self.references)
        return sum(
            count * (len(coding(self._value(reference)).encode()) - len(reference))
            for reference, count in found.items()
        )

    def _allowed(self, hop: Hop, name: str, use: str) -> None:
        host = hop.target.host
        secret = self.secrets.get(name)
        if secret is None:
            raise _refused(f"the secret {name} is not there any more; set it again with integrations.setSecret")
        if secret.value is None:
            raise _refused(secret.unreadable)
        if hop.target.destination != hop.origin:
            raise _refused(
                f"the secret {name} does not follow a redirect from {hop.origin} to {hop.target.destination}"
            )
        if not secret.rules.fits(host):
            raise _refused(f"the secret {name} may not be sent to {host}; to allow it, add {host} to its hosts")
        if use not in secret.rules.uses:
            raise _refused(f"the secret {name} may not be sent in a {use}; to allow it, add {use} to its uses")
        if hop.target.scheme != "https" and not is_loopback(host):
            advice = ": write 127.0.0.1, there and in its hosts" if host == "localhost" else ""
            raise _refused(f"the secret {name} is sent over https only, and {hop.target.destination} is not{advice}")
        if use == "header" and _CONTROL.search(secret.value):
            raise _refused(f"the secret {name} has a line break or another control character, which no header can have")

    def _value(self, reference: str) -> str:
        """Itself, for what only looks like a reference."""
        name = self.references.get(reference)
        value = reference if name is None else self.secrets[name].value
        assert value is not None
        return value

    def _filled(self, text: str, coding: Coding) -> str:
        return REFERENCE.sub(lambda match: coding(self._value(match[0])), text)

    def _header(self, value: str) -> str:
        credentials = _credentials(value)
        if credentials is not None and REFERENCE_PREFIX in credentials:
            filled = self._filled(credentials, _plain).encode()
            return "Basic " + base64.b64encode(filled).decode()
        return self._filled(value, _plain).strip(" \t")

    def _bytes(self, coding: Coding, match: re.Match[bytes]) -> bytes:
        return coding(self._value(match[0].decode())).encode()


def _plain(value: str) -> str:
    return value


def _percent(value: str) -> str:
    return quote(value, safe="")


def _json(value: str) -> str:
    """As it stands between the quotes of a JSON text."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _coding_of(hop: Hop) -> Coding:
    """How a value stands in the body, by what the body says it is."""
    named = next((value for name, value in hop.headers if name.lower() == "content-type"), "")
    kind = named.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return _json
    return quote_plus if kind == "application/x-www-form-urlencoded" else _plain


def _credentials(header: str) -> str | None:
    """What a Basic header says, for a reference inside it has been encoded with the rest."""
    match = _BASIC.fullmatch(header.strip())
    if match is None:
        return None
    try:
        return base64.b64decode(match[1], validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _too_large(what: str, size: str, limit: int) -> HttpError:
    verb = "have" if what == "headers" else "has"
    message = f"the request cannot be sent: with its secrets its {what} {verb} {size}; at most {limit:,} are sent"
    return HttpError("bad-request", message)


def _refused(message: str) -> HttpError:
    return HttpError("refused-by-policy", message)
