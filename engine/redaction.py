"""What history must not show: an integration's token, values of credential headers, credentials in urls.

Each stands there as `***`. A token is looked for by value, wherever a sender, a script or a receiver has put it; one
that is too short to be looked for inside text is found where it stands alone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

import orjson

from engine.http import is_credential
from engine.model.json import JsonObject, JsonValue

MASK = "***"
# shorter ones occur in ordinary words
_MIN_INSIDE_TEXT = 8

_USERINFO = re.compile(r"(?<=://)[^/?#@\s\"]*@")
_URL_SECRET = re.compile(
    r"(?i)([?&](?:[a-z0-9_.-]*(?:token|secret|password|passwd|api[_-]?key|signature)|auth|key|sig|pwd)=)[^&#\s\"]*"
)
_HOOK = re.compile(r"(/hooks/(?:(?:sample|info|add|remove)/)?[^/?#\s\"]+(?:/[^/?#\s\"]+)?/)[^/?#\s\"]{16,}")
_HEADERS = frozenset({"set-cookie", "proxy-authorization"})


@dataclass(frozen=True, slots=True)
class Redactor:
    """`whole` are secrets as values of their own, `inside` every spelling of those that are looked for in text."""

    whole: frozenset[str]
    inside: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, secrets: Iterable[str | None]) -> "Redactor":
        known = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
        spellings = [(spelling, replacement) for secret in known for spelling, replacement in _spellings(secret)]
        return cls(frozenset(known), tuple(dict.fromkeys(spellings)))

    def text(self, text: str) -> str:
        if text in self.whole:
            return MASK
        for spelling, replacement in self.inside:
            text = text.replace(spelling, replacement)
        if "://" in text or "/hooks/" in text:
            text = self.url(text)
        return text

    def url(self, url: str) -> str:
        url = _USERINFO.sub(MASK + "@", url)
        url = _URL_SECRET.sub(rf"\g<1>{MASK}", url)
        return _HOOK.sub(rf"\g<1>{MASK}", url)

    def value(self, value: JsonValue) -> JsonValue:
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.value(item) for item in value]
            case dict():
                return {self.text(key): self._item(key, item) for key, item in value.items()}
            case _:
                return value

    def headers(self, headers: JsonObject) -> JsonObject:
        return {name: MASK if _is_secret(name) else self.value(value) for name, value in headers.items()}

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
                return self.value(item)

    def _pair(self, pair: JsonValue) -> JsonValue:
        match pair:
            case [str(name), _] if _is_secret(name):
                return [name, MASK]
            case _:
                return self.value(pair)


def _is_secret(header: str) -> bool:
    return is_credential(header) or header.lower() in _HEADERS


def _spellings(secret: str) -> Iterable[tuple[str, str]]:
    quoted = orjson.dumps(secret.encode(errors="replace").decode()).decode()
    yield quoted, f'"{MASK}"'
    if len(secret) >= _MIN_INSIDE_TEXT:
        yield from ((spelling, MASK) for spelling in (secret, quoted[1:-1], quote(secret, safe="", errors="replace")))
