"""Whatever stands in a cell's answer, reading it gives an outcome or a BadFrame, and nothing else."""

import json
from contextlib import suppress

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox import Completed, Limits, Raised, wire
from sandbox.decode import MAX_TEXT, compiled, done, result
from tests.sandbox.liars import HONEST, PROGRAM
from tests.sandbox.torture import run

LIMITS = Limits(result_depth=8, traceback_lines=5)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)
OUTCOMES = st.sampled_from(["completed", "raised", "timed-out", "out-of-memory", "output-too-large", "x"])
STEPS = st.lists(st.tuples(st.integers(-5, 10), st.text(max_size=10)) | ANY, max_size=10)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "outcome": OUTCOMES | ANY,
        "wall": st.integers() | ANY,
        "cpu": st.integers(0, 10) | ANY,
        "peak": ANY,
        "no_json": st.text() | ANY,
        "log": st.lists(st.tuples(st.sampled_from(["print", "info", "x"]), st.text(max_size=9)) | ANY) | ANY,
        "trace": STEPS | ANY,
        "chain": st.lists(st.fixed_dictionaries({"trace": STEPS, "message": st.text(), "exception": st.text()}) | ANY),
        "message": st.text() | ANY,
        "exception": st.text() | ANY,
        "line": ANY,
        "forgot": ANY,
        "hooks": ANY,
        "diagnostics": st.lists(ANY) | ANY,
    },
).map(lambda fields: HONEST | {"trace": [], "message": "", "exception": "", "line": 1} | fields)


@settings(max_examples=100)
@given(FIELDS, ANY.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=50))
def test_any_fields_are_an_outcome_or_a_bad_frame(fields: dict[str, object], payload: bytes) -> None:
    with suppress(orjson.JSONEncodeError, wire.BadFrame):
        frame = wire.Frame(wire.RESULT, 1, orjson.dumps(fields), payload)
        found, _ = result(frame, PROGRAM, LIMITS)
        if isinstance(found, Raised):
            assert len(found.trace) <= LIMITS.traceback_lines
            assert "\x1b" not in found.traceback and "\x00" not in found.traceback
        if isinstance(found, Completed):
            assert depth(found.value) <= LIMITS.result_depth + 1


def test_what_a_cell_says_of_a_body_is_cut_and_cleaned() -> None:
    fields = HONEST | {"no_json": "\x1b[2J at 0x7f" + "x" * 100_000}
    found, _ = result(wire.Frame(wire.RESULT, 1, orjson.dumps(fields), b"1"), PROGRAM, LIMITS)
    assert isinstance(found, Completed) and found.no_json is not None
    assert found.no_json.startswith("\\x1b[2Jx") and len(found.no_json) < MAX_TEXT + 10


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_are_an_outcome_or_a_bad_frame(meta: bytes) -> None:
    for read, kind in ((result, wire.RESULT), (done, wire.DONE)):
        with suppress(wire.BadFrame):
            read(wire.Frame(kind, 1, meta, b"1"), PROGRAM, LIMITS)


@settings(max_examples=100)
@given(st.binary(min_size=wire.RECEIPT.size, max_size=wire.RECEIPT.size), st.binary(max_size=50))
def test_any_receipt_is_one(receipt: bytes, payload: bytes) -> None:
    with suppress(wire.BadFrame):
        outcome, growth = done(wire.Frame(wire.DONE, 1, receipt, payload), PROGRAM, LIMITS)
        assert growth >= 0 and outcome.receipt.wall_us >= 0 and outcome.receipt.cpu_us >= 0
        assert outcome.receipt.peak_memory is None or outcome.receipt.peak_memory >= 0


@settings(max_examples=60)
@given(FIELDS, st.binary(max_size=20))
def test_any_answer_of_a_compile_cell_is_code_diagnostics_or_a_bad_frame(
    fields: dict[str, object], code: bytes
) -> None:
    for kind in ("compiled", "rejected"):
        with suppress(orjson.JSONEncodeError, wire.BadFrame):
            frame = wire.Frame(wire.LAST_RESULT, 1, orjson.dumps(fields | {"outcome": kind}), code)
            compiled(frame, LIMITS, frozenset(["process_incoming"]))


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 1


def test_a_sample_of_broken_frames_is_read_or_refused() -> None:
    found = run(20_000, seed=1)
    assert set(found) == {
        "BadFrame", "Compiled", "Completed", "OutputTooLarge", "Raised", "Rejected", "TimedOut", "incomplete", "layers",
        "question",
    }  # fmt: skip
