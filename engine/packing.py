"""Requests and traces as the bytes that are stored: JSON, which may hold half a surrogate pair, compressed when large.

Small values stay as they are: compressing them takes longer than it saves. What begins with an x is compressed; no JSON
begins so.
"""

import zlib
from typing import cast

from engine.json_text import json_text, json_value
from engine.model.json import JsonValue

_COMPRESSED = b"x"
_SMALL = 2 * 1024
# a better ratio would cost more time than it saves space
_LEVEL = 1


def pack(value: JsonValue) -> bytes:
    return pack_json(json_text(value))


def pack_json(text: str) -> bytes:
    """Of a value that is JSON already."""
    packed = text.encode()
    return packed if len(packed) <= _SMALL else zlib.compress(packed, _LEVEL)


def unpack(packed: bytes) -> JsonValue:
    """Of what `pack` made: our own rows, so nothing is checked."""
    text = zlib.decompress(packed) if packed.startswith(_COMPRESSED) else packed
    return cast(JsonValue, json_value(text.decode()))
