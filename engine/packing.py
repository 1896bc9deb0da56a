"""Requests and traces as the bytes that are stored: compressed JSON, which may hold half a surrogate pair."""

import zlib
from typing import cast

from engine.model.json import JsonValue
from engine.store.connections import json_text, json_value

# Small and often: a better ratio would cost more time than it saves space.
_LEVEL = 1


def pack(value: JsonValue) -> bytes:
    return zlib.compress(json_text(value).encode(), _LEVEL)


def unpack(packed: bytes) -> JsonValue:
    """Of what `pack` made: our own rows, so nothing is checked."""
    return cast(JsonValue, json_value(zlib.decompress(packed).decode()))
