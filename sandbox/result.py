"""From what a hook returned to JSON bytes, inside the cell, by exact type: a subclass may lie about what it holds."""

import math
from collections import Counter, OrderedDict, defaultdict
from enum import Enum
from typing import Any

import orjson

from sandbox.limits import Limits

DICTS = (dict, OrderedDict, defaultdict, Counter)
INT_MIN, INT_MAX = -(2**63), 2**63 - 1
SHOWN_KEY, SHOWN_PATH = 40, 200
# orjson reserves this much a character, and ends the process where it gets no memory.
BYTES_PER_CHARACTER, BYTES_PER_NODE, ROOM = 8, 64, 64 * 1024

HINTS = {
    "datetime": "write .isoformat()",
    "date": "write .isoformat()",
    "time": "write .isoformat()",
    "timedelta": "write .total_seconds()",
    "bytes": "write .decode() or base64.b64encode(...).decode()",
    "bytearray": "write .decode()",
    "set": "write sorted(...) or list(...)",
    "frozenset": "write sorted(...) or list(...)",
    "Decimal": "write str(...) or float(...)",
    "Fraction": "write str(...) or float(...)",
    "UUID": "write str(...)",
    "generator": "write list(...)",
    "map": "write list(...)",
    "filter": "write list(...)",
    "zip": "write list(...)",
    "range": "write list(...)",
    "dict_keys": "write list(...)",
    "dict_values": "write list(...)",
    "dict_items": "write list(...)",
    "deque": "write list(...)",
    "function": "call it: did you forget the parentheses?",
    "method": "call it: did you forget the parentheses?",
    "complex": "write str(...)",
}


class Unfit(Exception):
    """Common to the two below; `path` gathers keys and indexes from the inside out while it passes upwards."""

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice
        self.path: list[str | int] = []

    def __str__(self) -> str:
        keys = "".join(f"[{key[:SHOWN_KEY]!r}]" if isinstance(key, str) else f"[{key}]" for key in reversed(self.path))
        return f"result{keys[:SHOWN_PATH]} {self.what}" + (f": {self.advice}" if self.advice else "")


class BadResult(Unfit):
    """The value has no JSON form; the message says where and what to write instead."""


class ResultTooLarge(Unfit):
    """A cap on size, depth or nodes was met; the message says which and where."""


def encode_result(value: Any, limits: Limits) -> bytes:
    """JSON bytes of a hook's result. Raises BadResult, ResultTooLarge or MemoryError."""
    text, nodes = _weigh(value, limits) or _judge(value, limits)
    if text > limits.result_bytes * 2:
        # no need to write it to know
        raise ResultTooLarge(f"holds {text:,} characters; the limit is {limits.result_bytes:,} bytes as JSON")
    room = text * BYTES_PER_CHARACTER + nodes * BYTES_PER_NODE
    if room > ROOM:
        bytearray(room)
    try:
        data = orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError):
        # All types were exact, so what is left is text that has no UTF-8 form.
        advice = "write text.encode('utf-8', 'replace').decode()"
        raise BadResult("holds text with a lone surrogate", advice) from None
    if len(data) > limits.result_bytes:
        raise ResultTooLarge(f"is {len(data):,} bytes as JSON; the limit is {limits.result_bytes:,}")
    return data


def _weigh(value: Any, limits: Limits) -> tuple[int, int] | None:
    """Characters and values of a plain result; None for any other, which `_judge` looks at, value by value."""
    text = nodes = 0
    level = [value]
    for _ in range(limits.result_depth):
        below: list[Any] = []
        for item in level:
            kind = type(item)
            if kind is str:
                text += len(item)
            elif kind is dict:
                for key in item:
                    if type(key) is not str:
                        return None
                    text += len(key)
                nodes += len(item) or 1
                below += item.values()
            elif kind is list:
                nodes += len(item) or 1
                below += item
            elif kind is int:
                if not INT_MIN <= item <= INT_MAX:
                    return None
            elif kind is not bool and item is not None:
                return None
            if nodes > limits.result_nodes:
                return None
        if not below:
            return text, nodes
        level = below
    return None


def _judge(value: Any, limits: Limits) -> tuple[int, int]:
    walk = _Walk(limits)
    walk.check(value, 1)
    return walk.text, walk.nodes - walk.nodes_left


class _Walk:
    __slots__ = ("depth", "nodes", "nodes_left", "text")

    def __init__(self, limits: Limits) -> None:
        self.depth = limits.result_depth
        self.nodes = self.nodes_left = limits.result_nodes
        self.text = 0

    def check(self, value: Any, depth: int) -> None:
        kind = type(value)
        if kind is str:
            self.text += len(value)
        elif kind is bool or value is None:
            return
        elif kind is int:
            if not INT_MIN <= value <= INT_MAX:
                raise BadResult("is an integer beyond 64 bits", "write str(...)")
        elif kind is float:
            if not math.isfinite(value):
                raise BadResult(f"is {value!r}, which JSON has no number for", "write None or text")
        elif kind in DICTS:
            self._enter(len(value), depth)
            for key, item in value.items():
                if type(key) is not str:
                    shown = f"has the key {repr(key)[:SHOWN_KEY]}, which is not text but {_named(type(key))}"
                    raise BadResult(shown, "write str(...)")
                self.text += len(key)
                self._check_item(key, item, depth)
        elif kind is list or kind is tuple:
            self._enter(len(value), depth)
            for index, item in enumerate(value):
                self._check_item(index, item, depth)
        else:
            advice = HINTS.get(kind.__name__)
            if advice is None:
                advice = _advice(value)
            raise BadResult(f"is {_named(kind)}", advice)

    def _check_item(self, key: str | int, item: Any, depth: int) -> None:
        if type(item) is str:
            self.text += len(item)
            return
        try:
            self.check(item, depth + 1)
        except Unfit as unfit:
            unfit.path.append(key)
            raise

    def _enter(self, items: int, depth: int) -> None:
        if depth > self.depth:
            raise ResultTooLarge(f"is nested deeper than {self.depth} levels")
        # the server counts brackets and commas: an empty one is a value as well
        self.nodes_left -= items or 1
        if self.nodes_left < 0:
            raise ResultTooLarge(f"goes beyond {self.nodes:,} values in all")


def _advice(value: Any) -> str:
    if isinstance(value, Enum):
        return "write .value"
    return "write str(...)" if isinstance(value, str) else "use text, numbers, booleans, None, lists, dicts"


def _named(kind: type) -> str:
    return f"{'an' if kind.__name__[:1] in 'AEIOUaeiou' else 'a'} {kind.__name__}"
