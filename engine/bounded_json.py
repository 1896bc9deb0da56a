"""JSON that others wrote: senders, clients, receivers. No more of it is read than everybody after it can bear.

What takes a parser long is not a text's size but how many objects and lists are in it, and what walks through a value
does so by recursion: both are counted, the first before anything is parsed.
"""

import orjson

from engine.model.json import JsonObject, JsonValue

MAX_CONTAINERS = 50_000
# as deep as what a script returns
MAX_DEPTH = 64


class TooComplex(ValueError):
    """It may be JSON, but is more than is read; the message says what there is too much of."""


def read_json(text: str | bytes) -> JsonValue:
    """Raises TooComplex, and ValueError for what is no JSON."""
    containers = text.count("[") + text.count("{") if isinstance(text, str) else text.count(b"[") + text.count(b"{")
    if containers > MAX_CONTAINERS:
        raise TooComplex(f"more than {MAX_CONTAINERS} objects and lists")
    value: JsonValue = orjson.loads(text)
    if containers > MAX_DEPTH and _is_deeper(value, MAX_DEPTH):
        raise TooComplex(f"more than {MAX_DEPTH} levels, one inside the other")
    return value


def _is_deeper(value: JsonValue, most: int) -> bool:
    level: list[JsonObject | list[JsonValue]] = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
        if not level:
            return False
        inside = [item.values() if isinstance(item, dict) else item for item in level]
        level = [item for items in inside for item in items if isinstance(item, dict | list)]
    return bool(level)
