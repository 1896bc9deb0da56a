"""Takes the values of secrets out of what is shown, in every spelling that a sender or a receiver may give them.

As they are, as JSON writes them, percent-encoded, in base64 and in hex. All are looked for in one pass. One that is too
short to be looked for inside text is found where it stands alone.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, quote_plus

import orjson

from engine.json_text import json_text
from engine.model.json import JsonValue
from engine.needles import Needles

MASK = "***"
# shorter ones occur in ordinary words
MIN_INSIDE_TEXT = 8
# How often JSON may stand inside a string of JSON and is still read.
MAX_NESTED = 4

# One without an end reaches to the end of the text: what is none of JSON is gone through once, too.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
# takes half a surrogate pair, and line breaks as they are
_LENIENT = json.JSONDecoder(strict=False)
_ESCAPE = re.compile(r"\\u[0-9a-f]{4}")


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
        return dict(pair for secret in longest_first for pair in (*spellings(secret), *_codings(secret)))

    @cached_property
    def escaped(self) -> frozenset[str]:
        """What JSON makes of the spellings that it changes, where they stand in a value."""
        forms = (json.dumps(each, ensure_ascii=ascii)[1:-1] for each in self.spellings for ascii in (False, True))
        return frozenset(forms) - self.spellings.keys()

    @cached_property
    def needles(self) -> Needles:
        return Needles((*self.spellings, *self.escaped))

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
            if (shown := self.spellings.get(spelling)) is not None:
                text = text.replace(spelling, shown)
        return text

    def answer(self, text: str) -> str:
        """As `text`, and out of what strings of JSON say once they are read, for whoever is given it reads them."""
        # strings first: a spelling may begin in the middle of what another escapes
        return self.text(self._in_strings(text, MAX_NESTED) if self._is_in_strings(text) else text)

    def value(self, value: JsonValue) -> JsonValue:
        return self._clean(value) if self.is_in(value) else value

    def is_in(self, value: JsonValue) -> bool:
        """Whether there is anything to take out: one look at all of it is far quicker than one at each text."""
        return bool(self.secrets) and self.needles.any_within(json_text(value))

    def is_escaped_in(self, json: str) -> bool:
        """Whether `text` would leave something in this JSON, because it is spelt otherwise there than in its values."""
        return bool(self.escaped) and not self.escaped.isdisjoint(self.needles.within(json))

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

    def _is_in_strings(self, text: str) -> bool:
        texts = [text]
        for _ in range(MAX_NESTED if self.secrets else 0):
            texts = [read for text in texts for read in _read_strings(text)]
            if not self.secrets.isdisjoint(texts) or self.needles.any_within("\n".join(texts)):
                return True
        return False

    def _in_strings(self, text: str, depth: int) -> str:
        def cleaned(match: re.Match[str]) -> str:
            read = _read(match[0])
            if read is None:
                return match[0]
            clean = self.text(self._in_strings(read, depth - 1) if depth > 1 else read)
            return match[0] if clean == read else json.dumps(clean)

        return _STRING.sub(cleaned, text)


NO_SECRETS = Scrubber()


def spellings(secret: str) -> Iterator[tuple[str, str]]:
    """As it is, as JSON, percent-encoded, each with what is to stand in its place; alone where it is short."""
    quoted = json.dumps(secret.encode(errors="replace").decode(), ensure_ascii=False)
    yield quoted, f'"{MASK}"'
    if len(secret) >= MIN_INSIDE_TEXT:
        percent = quote(secret, safe="", errors="replace")
        yield from ((spelling, MASK) for spelling in (secret, quoted[1:-1], *_escapes(secret), percent))


def _escapes(text: str) -> Iterator[str]:
    """As the writers of JSON that escape more than they have to write it."""
    ascii = json.dumps(text)[1:-1]
    for escaped in (ascii, _ESCAPE.sub(lambda match: "\\u" + match[0][2:].upper(), ascii)):
        yield from (escaped, escaped.replace("/", "\\/"))


def _codings(secret: str) -> Iterator[tuple[str, str]]:
    """What whoever is sent a secret may make of it before it comes back."""
    if len(secret) < MIN_INSIDE_TEXT:
        return
    data = secret.encode(errors="replace")
    percent = quote_plus(secret, errors="replace")
    # its bytes in a header are read as Latin-1 by most receivers
    readings = (data.decode(), data.decode("latin-1"))
    found = [
        *readings,
        *(escaped for reading in readings for escaped in _escapes(reading)),
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


def _read_strings(text: str) -> Iterator[str]:
    """What the strings of JSON in a text say that are not spelt as they are read."""
    if "\\" in text:
        for literal in _STRING.findall(text):
            if (read := _read(literal)) is not None:
                yield read


def _read(literal: str) -> str | None:
    """None for one that is read as it is spelt, or is none of JSON."""
    if "\\" not in literal:
        return None
    for loads in (orjson.loads, _LENIENT.decode):
        with suppress(ValueError):
            return str(loads(literal))
    return None
