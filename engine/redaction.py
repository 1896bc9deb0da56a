"""What must not be shown: an integration's token, values of secrets and credential headers, credentials in urls.

Each stands there as `***`. Tokens and secrets are looked for by value, wherever a sender, a script or a receiver has
put them: as they are, as JSON, percent-encoded, and secrets in base64 and hex too. One that is too short to be looked
for inside text is found where it stands alone. A reference to a secret is told by its form.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from engine.http import is_credential
from engine.http.headers import CREDENTIAL_SUFFIXES, CREDENTIALS
from engine.model.json import JsonObject, JsonValue
from engine.scrubbing import MASK as MASK
from engine.scrubbing import MIN_INSIDE_TEXT, spellings
from engine.scrubbing import NO_SECRETS as NO_SECRETS
from engine.scrubbing import Scrubber as Scrubber

# What a script is given for the value of a secret: 128 random bits, in characters that no encoding changes.
REFERENCE_PREFIX = "hookcellref"
REFERENCE = re.compile(rf"{REFERENCE_PREFIX}[0-9a-f]{{32}}")

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


@dataclass(frozen=True, slots=True)
class Redactor:
    """`whole` are tokens as values of their own, `inside` every spelling of those that are looked for in text."""

    whole: frozenset[str]
    inside: tuple[tuple[str, str], ...]
    scrubber: Scrubber = field(default=NO_SECRETS)

    @classmethod
    def of(cls, tokens: Iterable[str | None], scrubber: Scrubber = NO_SECRETS) -> "Redactor":
        known = sorted({token for token in tokens if token}, key=len, reverse=True)
        inside = [(spelling, replacement) for token in known for spelling, replacement in spellings(token)]
        return cls(frozenset(known), tuple(dict.fromkeys(inside)), scrubber)

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
            if not _PLAIN.fullmatch(secret) or (len(secret) < MIN_INSIDE_TEXT and secret in text):
                return None
        # some write `\/` in JSON, which within a text of it is `\\/`
        if any("/" in token for token in self.whole) or self.scrubber.is_escaped_in(text):
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
