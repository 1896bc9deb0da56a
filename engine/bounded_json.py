"""JSON that others wrote: senders, clients, receivers. No more of it is read than everybody after it can bear.

What takes a parser long is not a text's size but how many objects and lists are in it, and what walks through a value
does so by recursion: both are counted, the first before anything is parsed. A number too large for a float is no JSON
here, like NaN; an escaped half of a surrogate pair is read as U+FFFD, which is what JavaScript writes for it.
"""

import codecs
import re

import orjson

from engine.model.json import JsonObject, JsonValue

# of every body and parameter in JSON, of the API and of hooks, and of receivers' answers; only a body that a script's
# cell parses is bounded by the cell's memory instead
MAX_CONTAINERS = 50_000
# as deep as what a script returns
MAX_DEPTH = 64

# one-byte charsets are believed only where a body is not UTF-8: many a sender names one and means the other
CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
}

_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^\s;",]*)', re.IGNORECASE)
# as in sandbox/body.py
_HALF_OF_A_PAIR = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
# stands for pairs of backslashes, so that every other one begins an escape; no UTF-8 has it
_BACKSLASH = b"\xff"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()


class TooComplex(ValueError):
    """It may be JSON, but is more than is read; the message says what there is too much of."""


def read_json(text: str | bytes) -> JsonValue:
    """Raises TooComplex, and ValueError for what is no JSON."""
    containers = text.count("[") + text.count("{") if isinstance(text, str) else text.count(b"[") + text.count(b"{")
    if containers > MAX_CONTAINERS:
        raise TooComplex(f"more than {MAX_CONTAINERS} objects and lists")
    value = _parsed(text)
    if containers > MAX_DEPTH and is_deeper(value, MAX_DEPTH):
        raise TooComplex(f"more than {MAX_DEPTH} levels, one inside the other")
    return value


def charset_of(content_type: str) -> str:
    """What a content type names, in lower case; UTF-8 where it names none."""
    named = _CHARSET.search(content_type)
    return named[1].lower() if named is not None else "utf-8"


def decoded(body: bytes, charset: str) -> str | bytes:
    """A JSON body as `read_json` takes it; raises ValueError for a charset that is not one of CHARSETS, or not so."""
    codec = CHARSETS.get(charset)
    if codec is None:
        raise ValueError(f"the charset {charset or 'without a name'} is not read: send it in UTF-8")
    # some senders begin UTF-8 with a byte order mark
    body = body.removeprefix(codecs.BOM_UTF8)
    if codec in ("latin-1", "cp1252"):
        try:
            body.decode()
        except UnicodeDecodeError:
            return body.decode(codec)
        return body
    return body if codec == "utf-8" else body.decode(codec)


def _parsed(text: str | bytes) -> JsonValue:
    try:
        value: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError:
        body = text.encode(errors="surrogatepass") if isinstance(text, str) else text
        if (b"\\ud" in body or b"\\uD" in body) and _BACKSLASH not in body:
            body = _HALF_OF_A_PAIR.sub(_REPLACEMENT, body.replace(rb"\\", _BACKSLASH)).replace(_BACKSLASH, rb"\\")
        value = orjson.loads(body)
    return value


def is_deeper(value: JsonValue, most: int) -> bool:
    """Whether more than `most` objects and lists are one inside the other."""
    level: list[JsonObject | list[JsonValue]] = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
        if not level:
            return False
        inside = [item.values() if isinstance(item, dict) else item for item in level]
        level = [item for items in inside for item in items if isinstance(item, dict | list)]
    return bool(level)
