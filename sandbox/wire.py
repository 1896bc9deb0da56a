"""Frames between the server and its children: length-capped, strict in both directions, JSON and bytes, never pickle.

A frame is a fixed header (kind, call id, length of the meta part, length of the payload), then meta, one JSON value,
then the payload, opaque bytes. DONE, which nearly every answer is, has a RECEIPT for its meta part. Whatever is not
exactly so is a BadFrame, and the process that sent it is killed.
"""

import struct
from typing import Final, NamedTuple

HEADER: Final = struct.Struct("!BQII")
# of a call that completed: wall and CPU in microseconds; peak (-1: not known) and growth in KiB. No value is wrong.
RECEIPT: Final = struct.Struct("!IIiI")
MAX_RECEIPT_US: Final = 2**32 - 1
# of a value and its key
QUOTES_PER_VALUE: Final = 4

# kinds, server to child
LOAD, CALL, COMPILE, ANSWER = 1, 2, 3, 4
# kinds, child to server
READY, RESULT, LAST_RESULT, QUESTION, DONE = 11, 12, 13, 14, 15

MAX_META_DOWN: Final = 8 * 1024 * 1024
MAX_PAYLOAD_DOWN: Final = 16 * 1024 * 1024


class BadFrame(Exception):
    """The other side sent what no honest process sends."""


class Frame(NamedTuple):
    kind: int
    call: int
    meta: bytes
    payload: bytes


def header(kind: int, call: int, meta: bytes, payload: bytes = b"") -> bytes:
    return HEADER.pack(kind, call, len(meta), len(payload))


def encode(kind: int, call: int, meta: bytes, payload: bytes = b"") -> bytes:
    return b"".join((header(kind, call, meta, payload), meta, payload))


class Decoder:
    """Turns received bytes into frames; `max_meta` and `max_payload` (bytes) are looked at before anything is kept."""

    __slots__ = ("_at", "_data", "_max_meta", "_max_payload", "_needed", "_rest")

    def __init__(self, *, max_meta: int, max_payload: int) -> None:
        # what was received last, how far it is read; the start of an incomplete frame, and how long that will be
        self._data = b""
        self._at = 0
        self._rest = bytearray()
        self._needed = 0
        self._max_meta = max_meta
        self._max_payload = max_payload

    def feed(self, data: bytes) -> None:
        """To be called when `next` has answered None."""
        if self._rest:
            self._rest += data
            if len(self._rest) < self._needed:
                return
            data = bytes(self._rest)
            self._rest.clear()
        self._data, self._at = data, 0

    def next(self) -> Frame | None:
        """The next whole frame, or None while it is incomplete. Raises BadFrame."""
        data, at = self._data, self._at
        if at == len(data):
            return None
        begin = at + HEADER.size
        if len(data) < begin:
            self._wait(HEADER.size)
            return None
        kind, call, meta_length, payload_length = HEADER.unpack_from(data, at)
        if meta_length > self._max_meta or payload_length > self._max_payload:
            raise BadFrame(f"a frame of {meta_length} + {payload_length} bytes is larger than allowed")
        middle = begin + meta_length
        end = middle + payload_length
        if len(data) < end:
            self._wait(end - at)
            return None
        self._at = end
        # as Frame(...), at half its cost
        return tuple.__new__(Frame, (kind, call, data[begin:middle], data[middle:end]))

    def _wait(self, needed: int) -> None:
        self._rest += self._data[self._at :]
        self._data, self._at = b"", 0
        self._needed = needed

    @property
    def pending(self) -> int:
        """Bytes of a frame that has begun and is not complete."""
        return len(self._rest)


def count_nodes(data: bytes) -> int:
    """An upper bound of the values in a JSON text, without parsing it: a parser would hold the event loop."""
    return 1 + data.count(b"[") + data.count(b"{") + data.count(b",")


def may_hold_more(data: bytes, nodes: int) -> bool:
    """Whether a JSON text may hold more values than that: each takes a byte at least, so most texts are too short."""
    return len(data) > nodes and count_nodes(data) > nodes


def holds_more(data: bytes, nodes: int) -> bool:
    """Whether it does, exactly where it is JSON: what stands inside strings does not count."""
    if not may_hold_more(data, nodes):
        return False
    # Backslashes stand inside strings; a parser goes no further than to any other.
    plain = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    if plain.count(b'"') > QUOTES_PER_VALUE * nodes:
        return True
    return count_nodes(b"".join(plain.split(b'"')[::2])) > nodes
