"""A million broken frames for the reader of cells' answers: `python -m tests.sandbox.torture [FRAMES] [SEED]`.

Honest frames are cut, doubled, flipped and spliced; each must end in an outcome or in a BadFrame.
"""

import random
import sys
import time
from collections import Counter

import orjson

from sandbox import Limits, Rejected, wire
from sandbox.decode import compiled, done, layers, question, result
from tests.sandbox.liars import HONEST, PROGRAM

LIMITS = Limits()
RAISED = {"outcome": "raised", "exception": "E", "message": "m", "trace": [[1, "f"]], "chain": []}
METAS = [
    orjson.dumps(HONEST | fields)
    for fields in (
        {},
        RAISED,
        RAISED | {"chain": [RAISED]},
        {"log": [["print", "a\nb"], ["info", "\x1b"]]},
        {"outcome": "timed-out", "line": 3},
        {"outcome": "output-too-large", "message": "result is"},
    )
]
RECEIPT = wire.RECEIPT.pack(100, 90, -1, 0)
PAYLOADS = [b"1", b"{}", b'{"a": [1, 2.5, null, "\\u00e9"]}', b'"text"', b"[[[[[]]]]]"]
QUESTIONS = [
    b'{"service": "http", "verb": "request", "arguments": {"url": "a", "headers": {"b": "c"}}}',
    b'{"service": "store", "verb": "set", "arguments": {"key": "k", "value": [1, [2]]}}',
]
HOOKS = frozenset({"process_incoming"})
DIAGNOSTIC = {"line": 1, "column": 2, "end_line": 1, "end_column": 3, "rule": "r", "message": "m", "hint": "h"}
COMPILE_METAS = [
    orjson.dumps({"outcome": "compiled", "hooks": ["process_incoming"], "layers": ["seccomp"]}),
    orjson.dumps({"outcome": "rejected", "diagnostics": [DIAGNOSTIC], "layers": []}),
]
FRAMES = (
    (wire.DONE, [RECEIPT], PAYLOADS),
    (wire.RESULT, METAS, PAYLOADS),
    (wire.QUESTION, [b"{}"], QUESTIONS),
    (wire.READY, [b'{"layers": ["rlimits", "seccomp"]}'], [b""]),
    # as compile cells send it
    (wire.LAST_RESULT, COMPILE_METAS, [b"code"]),
)


def broken(source: random.Random) -> bytes:
    kind, metas, payloads = source.choice(FRAMES)
    data = bytearray(wire.encode(kind, 1, source.choice(metas), source.choice(payloads)))
    for _ in range(source.randrange(4)):
        place, length = source.randrange(len(data)), source.randrange(1, 9)
        match source.randrange(4):
            case 0:
                data[place] ^= 1 << source.randrange(8)
            case 1:
                del data[place : place + length]
            case 2:
                data[place:place] = data[place : place + length]
            case _:
                data[place : place + length] = source.randbytes(length)
        if not data:
            return b""
    return bytes(data)


def read(data: bytes) -> str:
    """What becomes of the bytes; anything but what it reads, a wait or a BadFrame is an exception, and ends the run."""
    decoder = wire.Decoder(max_meta=4096, max_payload=4096)
    decoder.feed(data)
    try:
        while (frame := decoder.next()) is not None:
            return told(frame)
    except wire.BadFrame:
        return "BadFrame"
    return "incomplete"


def told(frame: wire.Frame) -> str:
    match frame.kind:
        case wire.QUESTION:
            question(frame, LIMITS)
            return "question"
        case wire.READY:
            layers(frame)
            return "layers"
        case wire.LAST_RESULT:
            answer = compiled(frame, LIMITS, HOOKS)
            assert isinstance(answer, Rejected) or HOOKS.issuperset(answer.hooks)
            return type(answer).__name__
    outcome, growth = (done if frame.kind == wire.DONE else result)(frame, PROGRAM, LIMITS)
    assert growth >= 0
    return type(outcome).__name__


def run(frames: int, seed: int) -> Counter[str]:
    source = random.Random(seed)
    return Counter(read(broken(source)) for _ in range(frames))


if __name__ == "__main__":
    frames = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns()
    print(f"seed {seed}", flush=True)  # noqa: T201
    print(dict(run(frames, seed)))  # noqa: T201
