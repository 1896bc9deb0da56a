"""Frames between the server and its children: length-capped, strict in both directions, JSON and bytes, never pickle.

A frame is a fixed header (kind, call id, length of the meta part, length of the payload), then meta, one JSON value,
then the payload, opaque bytes. Whatever is not exactly so is a BadFrame, and the process that sent it is killed.
"""

import re
import struct
from dataclasses import dataclass
from typing import Final

HEADER: Final = struct.Struct("!BQII")
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)

# kinds, server to child
LOAD, CALL, COMPILE = 1, 2, 3
# kinds, child to server
READY, RESULT, LAST_RESULT = 11, 12, 13

MAX_META_DOWN: Final = 8 * 1024 * 1024
MAX_PAYLOAD_DOWN: Final = 16 * 1024 * 1024


class BadFrame(Exception):
    """The other side sent what no honest process sends."""


@dataclass(frozen=True, slots=True)
class Frame:
    kind: int
    call: int
    meta: bytes
    payload: bytes


def encode(kind: int, call: int, meta: bytes, payload: bytes = b"") -> bytes:
    return b"".join((HEADER.pack(kind, call, len(meta), len(payload)), meta, payload))


class Decoder:
    """Turns received bytes into frames; `max_meta` and `max_payload` (bytes) are looked at before anything is kept."""

    __slots__ = ("_buffer", "_max_meta", "_max_payload")

    def __init__(self, *, max_meta: int, max_payload: int) -> None:
        self._buffer = bytearray()
        self._max_meta = max_meta
        self._max_payload = max_payload

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def next(self) -> Frame | None:
        """The next whole frame, or None while it is incomplete. Raises BadFrame."""
        buffer = self._buffer
        if len(buffer) < HEADER.size:
            return None
        kind, call, meta_length, payload_length = HEADER.unpack_from(buffer)
        if meta_length > self._max_meta or payload_length > self._max_payload:
            raise BadFrame(f"a frame of {meta_length} + {payload_length} bytes is larger than allowed")
        end = HEADER.size + meta_length + payload_length
        if len(buffer) < end:
            return None
        with memoryview(buffer) as view:
            meta = bytes(view[HEADER.size : HEADER.size + meta_length])
            payload = bytes(view[HEADER.size + meta_length : end])
        del buffer[:end]
        return Frame(kind, call, meta, payload)

    @property
    def pending(self) -> int:
        return len(self._buffer)


def count_nodes(data: bytes) -> int:
    """An upper bound of the values in a JSON text, without parsing it: a parser would hold the event loop."""
    return 1 + data.count(b"[") + data.count(b"{") + data.count(b",")


def count_nodes_outside_text(data: bytes) -> int:
    """The same without what stands inside strings: exact and slower, for the rare text full of commas."""
    return count_nodes(_STRING.sub(b"", data))
