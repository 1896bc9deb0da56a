"""What must not be shown: an integration's token, values of secrets and credential headers, credentials in urls.

Each stands there as `***`. Tokens and secrets are looked for by value, wherever a sender, a script or a receiver has
put them: as they are, as JSON, percent-encoded, and secrets in base64 and hex too. One that is too short to be looked
for inside text is found where it stands alone. A reference to a secret is told by its form.
"""

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import quote, quote_plus

import orjson

from engine.http import is_credential
from engine.http.headers import CREDENTIAL_SUFFIXES, CREDENTIALS
from engine.model.json import JsonObject, JsonValue
from engine.needles import Needles
from engine.store.connections import json_text

MASK = "***"
# What a script is given for the value of a secret: 128 random bits, in characters that no encoding changes.
REFERENCE_PREFIX = "hookcellref"
REFERENCE = re.compile(rf"{REFERENCE_PREFIX}[0-9a-f]{{32}}")
# shorter ones occur in ordinary words
_MIN_INSIDE_TEXT = 8

_USERINFO = re.compile(r"(?<=://)[^/?#@\s\"]*@")
_URL_SECRET = re.compile(
    r"(?i)([?&](?:[a-z0-9_.-]*(?:token|secret|password|passwd|api[_-]?key|signature)|auth|key|sig|pwd)=)[^&#\s\"]*"
)
_HOOK = re.compile(r"(/hooks/(?:(?:sample|info|add|remove)/)?[^/?#\s\"]+(?:/[^/?#\s\"]+)?/)[^/?#\s\"]{16,}")
_HEADERS = frozenset({"set-cookie", "proxy-authorization"})
# How names in JSON whose values are masked whatever they are begin or end, in lower case.
_NAMES = (
    '"auth"',
    *(f'"{name}"' for name in CREDENTIALS | _HEADERS),
    *(f'{suffix}"' for suffix in CREDENTIAL_SUFFIXES),
)
# What is spelt alike in text and in JSON, also in JSON within JSON.
_PLAIN = re.compile(r"[A-Za-z0-9_.~+/=:@%-]+")


@dataclass(frozen=True)
class Scrubber:
    """Takes the values of secrets out of text and JSON, and leaves the rest as it is."""

    secrets: frozenset[str] = frozenset()

    @classmethod
    def of(cls, secrets: Iterable[str]) -> "Scrubber":
        return cls(frozenset(secret for secret in secrets if secret))

    @cached_property
    def spellings(self) -> dict[str, str]:
        """What stands in the place of each, those of the longest secret first."""
        longest_first = sorted(self.secrets, key=len, reverse=True)
        return dict(pair for secret in longest_first for pair in (*_spellings(secret), *_codings(secret)))

    @cached_property
    def needles(self) -> Needles:
        return Needles(self.spellings)

    def ready(self) -> "Scrubber":
        """Itself, with what takes a while done before it is needed."""
        if self.secrets:
            _ = self.needles
        return self

    def __bool__(self) -> bool:
        return bool(self.secrets)

    def text(self, text: str) -> str:
        if text in self.secrets:
            return MASK
        for spelling in self.needles.within(text):
            text = text.replace(spelling, self.spellings[spelling])
        return text

    def value(self, value: JsonValue) -> JsonValue:
        return self._clean(value) if self.is_in(value) else value

    def is_in(self, value: JsonValue) -> bool:
        """Whether there is anything to take out: one look at all of it is far quicker than one at each text."""
        return bool(self.secrets) and self.needles.any_within(json_text(value))

    def _clean(self, value: JsonValue) -> JsonValue:
        match value:
            case str():
                return self.text(value)
            case list():
                return [self._clean(item) for item in value]
            case dict():
                return {self.text(key): self._clean(item) for key, item in value.items()}
            case _:
                return value


NO_SECRETS = Scrubber()


@dataclass(frozen=True, slots=True)
class Redactor:
    """`whole` are tokens as values of their own, `inside` every spelling of those that are looked for in text."""

    whole: frozenset[str]
    inside: tuple[tuple[str, str], ...]
    scrubber: Scrubber = field(default=NO_SECRETS)

    @classmethod
    def of(cls, tokens: Iterable[str | None], scrubber: Scrubber = NO_SECRETS) -> "Redactor":
        known = sorted({token for token in tokens if token}, key=len, reverse=True)
        spellings = [(spelling, replacement) for token in known for spelling, replacement in _spellings(token)]
        return cls(frozenset(known), tuple(dict.fromkeys(spellings)), scrubber)

    def text(self, text: str) -> str:
        if text in self.whole:
            return MASK
        for spelling, replacement in self.inside:
            text = text.replace(spelling, replacement)
        if self.scrubber:
            text = self.scrubber.text(text)
        if REFERENCE_PREFIX in text:
            text = REFERENCE.sub(MASK, text)
        if "://" in text or "/hooks/" in text:
            text = self.url(text)
        return text

    def url(self, url: str) -> str:
        url = _USERINFO.sub(MASK + "@", url)
        url = _URL_SECRET.sub(rf"\g<1>{MASK}", url)
        return _HOOK.sub(rf"\g<1>{MASK}", url)

    def value(self, value: JsonValue) -> JsonValue:
        needed = self if not self.scrubber or self.scrubber.is_in(value) else replace(self, scrubber=NO_SECRETS)
        return needed._masked(value)

    def _masked(self, value: JsonValue) -> JsonValue:
        match value:
            case str():
                return self.text(value)
            case list():
                return [self._masked(item) for item in value]
            case dict():
                return {self.text(key): self._item(key, item) for key, item in value.items()}
            case _:
                return value

    def json(self, text: str) -> str | None:
        """What `value` makes of JSON, in JSON; None where that takes a look at each value. It is far quicker."""
        for secret in (*self.whole, *self.scrubber.secrets):
            if not _PLAIN.fullmatch(secret) or (len(secret) < _MIN_INSIDE_TEXT and secret in text):
                return None
        lower = text.lower()
        if _in_urls(text) or any(name in lower for name in _NAMES):
            return None
        for secret in self.whole:
            text = text.replace(secret, MASK)
        if self.scrubber:
            text = self.scrubber.text(text)
        return REFERENCE.sub(MASK, text) if REFERENCE_PREFIX in text else text

    def headers(self, headers: JsonObject) -> JsonObject:
        return {name: MASK if _is_secret(name) else self._masked(value) for name, value in headers.items()}

    def _item(self, key: str, item: JsonValue) -> JsonValue:
        match key, item:
            case "headers", dict():
                return self.headers(item)
            case "headers", list():
                return [self._pair(pair) for pair in item]
            case (("url" | "url_raw" | "path" | "search"), str()):
                return self.url(self.text(item))
            case "auth", (list() | str()):
                return MASK
            case _:
                return self._masked(item)

    def _pair(self, pair: JsonValue) -> JsonValue:
        match pair:
            case [str(name), _] if _is_secret(name):
                return [name, MASK]
            case _:
                return self._masked(pair)


def _in_urls(json: str) -> bool:
    """Whether there is anything to mask in the urls; most texts are told by a word that each such url has."""
    return (
        ("@" in json and _USERINFO.search(json) is not None)
        or ("=" in json and _URL_SECRET.search(json) is not None)
        or ("/hooks/" in json and _HOOK.search(json) is not None)
    )


def _is_secret(header: str) -> bool:
    return is_credential(header) or header.lower() in _HEADERS


def _spellings(secret: str) -> Iterable[tuple[str, str]]:
    quoted = orjson.dumps(secret.encode(errors="replace").decode()).decode()
    yield quoted, f'"{MASK}"'
    if len(secret) >= _MIN_INSIDE_TEXT:
        yield from ((spelling, MASK) for spelling in (secret, quoted[1:-1], quote(secret, safe="", errors="replace")))


def _codings(secret: str) -> Iterable[tuple[str, str]]:
    """What whoever is sent a secret may make of it before it comes back."""
    if len(secret) < _MIN_INSIDE_TEXT:
        return
    data = secret.encode(errors="replace")
    percent = quote_plus(secret, errors="replace")
    # its bytes in a header are read as Latin-1 by most receivers
    readings = (data.decode(), data.decode("latin-1"))
    escaped = [json.dumps(reading)[1:-1] for reading in readings]
    found = [
        *readings,
        *escaped,
        *(text.replace("/", "\\/") for text in escaped),
        percent,
        percent.lower(),
        quote(secret, safe="", errors="replace").lower(),
        data.hex(),
        data.hex().upper(),
    ]
    for before in range(3):
        # inside something longer, as `user:secret`: only the characters that its neighbours do not reach
        start, end = (0, 2, 3)[before], -((len(data) + before) % 3 > 0) or None
        coded = base64.b64encode(b"\0" * before + data).decode().rstrip("=")[start:end]
        found += [coded, coded.replace("+", "-").replace("/", "_")]
    yield from ((spelling, MASK) for spelling in found)
