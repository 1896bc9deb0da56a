"""What a cell makes of the body of a webhook, once: its exact text, and the value of what is to be JSON.

JSON as the whole server reads it: UTF-8, a byte order mark skipped; no NaN, no number beyond a float, no nesting beyond
the parser; an escaped half of a surrogate pair is U+FFFD, which is what JavaScript writes for it. What is no JSON is
`{}`, and why goes into the answer. Nothing here imports: a cell opens no file.
"""

import codecs
import re
from typing import Any

import orjson

_HALF_OF_A_PAIR = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
# Stands for pairs of backslashes, so that every other one begins an escape; no UTF-8 has it.
_BACKSLASH = b"\xff"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()


def put_body(argument: dict[str, Any], body: dict[str, list[str]], raw: bytes) -> str | None:
    """Decodes the raw body into its places; answers why it is no JSON where it was to be."""
    for name in body["text"]:
        argument[name] = raw.decode("utf-8", "surrogateescape")
    if not body["parsed"]:
        return None
    no_json = None
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        value, no_json = parse_leniently(raw)
    for name in body["parsed"]:
        argument[name] = value
    return no_json


def parse_leniently(raw: bytes) -> tuple[Any, str | None]:
    """What orjson refuses and is JSON all the same, or `{}` and why it is none."""
    text = raw.removeprefix(codecs.BOM_UTF8)
    if (b"\\ud" in text or b"\\uD" in text) and _BACKSLASH not in text:
        text = _HALF_OF_A_PAIR.sub(_REPLACEMENT, text.replace(rb"\\", _BACKSLASH)).replace(_BACKSLASH, rb"\\")
    try:
        return orjson.loads(text), None
    except orjson.JSONDecodeError as error:
        return {}, str(error)
