"""Requests and traces as the bytes that are stored: JSON, which may hold half a surrogate pair, compressed when large.

Small values stay as they are: compressing them takes longer than it saves. What begins with an x is compressed; no JSON
begins so.
"""

import zlib
from typing import cast

from engine.model.json import JsonValue
from engine.store.connections import json_text, json_value

_COMPRESSED = b"x"
_SMALL = 2 * 1024
# a better ratio would cost more time than it saves space
_LEVEL = 1


def pack(value: JsonValue) -> bytes:
    text = json_text(value).encode()
    return text if len(text) <= _SMALL else zlib.compress(text, _LEVEL)


def unpack(packed: bytes) -> JsonValue:
    """Of what `pack` made: our own rows, so nothing is checked."""
    text = zlib.decompress(packed) if packed.startswith(_COMPRESSED) else packed
    return cast(JsonValue, json_value(text.decode()))
