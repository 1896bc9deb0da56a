"""Lying cells: whatever one sends ends it, costs its own calls only, and never raises on this side."""

import asyncio
import itertools
from dataclasses import replace
from typing import Any

import orjson
import pytest

from sandbox import Completed, Crashed, Limits, NotRun, Outcome, TimedOut, wire
from sandbox.lane import Run
from sandbox.pool import Pool
from tests.sandbox.cells import SHORT
from tests.sandbox.liars import HONEST, PROGRAM, READY, Liar, Send, answering, lying, result

# a lie is found out long before, however slow the machine
LIMITS = replace(SHORT, wall_seconds=10, wall_seconds_extended=20)
HASTY = replace(SHORT, wall_seconds=0.15, wall_seconds_extended=0.3)


async def call(pool: Pool, ids: "itertools.count[int]", seconds: float = 20.0, body: bytes = b"") -> Outcome:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Outcome] = loop.create_future()
    meta = orjson.dumps({"hook": 0, "args": [{}]})
    run = Run(
        next(ids), wire.CALL, meta, body, loop.time() + seconds, program=PROGRAM, future=future, overall_seconds=seconds
    )
    pool.submit(run)
    return await asyncio.wait_for(future, 30)


def outcomes(liar: Liar, calls: int = 1, seconds: float = 20.0, limits: Limits = LIMITS) -> list[Outcome]:
    async def main() -> list[Outcome]:
        ids = itertools.count(1)
        async with lying(liar, limits) as (pool, _):
            found = await asyncio.gather(*(call(pool, ids, seconds) for _ in range(calls)))
            # what it still sends after its end
            await asyncio.sleep(0.01)
            return list(found)

    return asyncio.run(main())


def done(call: int, payload: bytes) -> bytes:
    return wire.encode(wire.DONE, call, wire.RECEIPT.pack(1, 1, 0, 0), payload)


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


LIES = {
    "an answer to another call": lambda call: result(call + 1),
    "an answer to no call": lambda call: result(0),
    "an answer to the call before": lambda call: result(call - 1),
    "garbage": lambda call: b"\xff" * 1000,
    "text": lambda call: b"HTTP/1.1 200 OK\r\n\r\n" * 10,
    "zeros": lambda call: bytes(100_000),
    "a kind that there is not": lambda call: result(call, kind=99),
    "a kind of the server's": lambda call: result(call, kind=wire.CALL),
    "a second READY": lambda call: READY,
    "a READY with a payload": lambda call: wire.encode(wire.READY, 0, b"{}", b"x"),
    "a meta part that is no JSON": lambda call: wire.encode(wire.RESULT, call, b"{", b"1"),
    "a meta part that is no object": lambda call: wire.encode(wire.RESULT, call, b"[]", b"1"),
    "a meta part that is not UTF-8": lambda call: wire.encode(wire.RESULT, call, b'{"a":"\xff"}', b"1"),
    "a meta part nested without end": lambda call: wire.encode(wire.RESULT, call, nested(100_000), b"1"),
    "a meta part nested within the parser's limit": lambda call: wire.encode(
        wire.RESULT, call, b'{"log":' + nested(900) + b"}", b"1"
    ),
    "a meta part with too many values": lambda call: wire.encode(
        wire.RESULT, call, b'{"log":[' + b"0," * 50_000 + b"0]}", b"1"
    ),
    "a huge meta part": lambda call: wire.HEADER.pack(wire.RESULT, call, 2**32 - 1, 0),
    "a huge payload": lambda call: wire.HEADER.pack(wire.RESULT, call, 2, 2**32 - 1) + b"{}",
    "a result of more bytes than a result may have": lambda call: result(
        call, b'"' + b"x" * (LIMITS.result_bytes - 1) + b'"'
    ),
    "a result that is no JSON": lambda call: result(call, b"{"),
    "a result that is not UTF-8": lambda call: result(call, b'"\xff"'),
    "an empty result": lambda call: result(call, b""),
    "two results": lambda call: result(call, b"1 2"),
    "a result nested too deep": lambda call: result(call, nested(LIMITS.result_depth + 2)),
    "a result nested beyond the parser": lambda call: result(call, nested(100_000)),
    "a result with too many values": lambda call: result(call, b"[" + b"0," * 30_000 + b"0]"),
    "a log that is too long": lambda call: result(call, log=[["print", "x" * (LIMITS.log_bytes + 1000)]]),
    "a log of too many lines": lambda call: result(call, log=[["print", "\n" * (LIMITS.log_lines + 10)]]),
    "a log of too many entries": lambda call: result(call, log=[["info", ""]] * (LIMITS.log_lines + 10)),
    "a log level that there is not": lambda call: result(call, log=[["fatal", "x"]]),
    "an outcome that there is not": lambda call: result(call, outcome="promoted"),
    "no fields at all": lambda call: wire.encode(wire.RESULT, call, b"{}", b"1"),
    "a receipt that is too short": lambda call: wire.encode(wire.DONE, call, bytes(wire.RECEIPT.size - 1), b"1"),
    "a receipt that is too long": lambda call: wire.encode(wire.DONE, call, bytes(wire.RECEIPT.size + 1), b"1"),
    "no receipt": lambda call: wire.encode(wire.DONE, call, b"", b"1"),
    "fields in place of a receipt": lambda call: wire.encode(wire.DONE, call, orjson.dumps(HONEST), b"1"),
    "a receipt for no JSON": lambda call: done(call, b"{"),
    "a receipt for an empty result": lambda call: done(call, b""),
    "a receipt for a result nested too deep": lambda call: done(call, nested(LIMITS.result_depth + 2)),
    "a receipt for a result with too many values": lambda call: done(call, b"[" + b"0," * 30_000 + b"0]"),
    "a receipt for another call": lambda call: done(call + 1, b"1"),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_lie_ends_the_cell_and_its_call(lie: Any) -> None:
    (outcome,) = outcomes(answering(lie))
    assert isinstance(outcome, Crashed), outcome
    assert "what a cell never sends" in outcome.message


RAISED = {"outcome": "raised", "exception": "E", "message": "m", "trace": [[1, "f"]], "chain": []}
WRONG: list[Any] = [
    None,
    True,
    -1,
    2**60,
    1.5,
    "x",
    [],
    {},
    [1],
    [[1]],
    [["print"]],
    [[None, "f"]],
    [[1, 2]],
    [{"trace": 1}],
]
RIGHT: dict[str, list[Any]] = {
    "peak": [None],
    "log": [[]],
    "no_json": [None, "x"],
    "line": [None],
    "trace": [[]],
    "chain": [[]],
    "exception": ["x"],
    "message": ["x"],
    "growth": [],
    "wall": [],
    "cpu": [],
    "outcome": [],
}


def test_a_field_of_a_wrong_type_ends_the_cell_whichever_it_is() -> None:
    lies: list[dict[str, Any]] = []
    for base in (HONEST, HONEST | RAISED, HONEST | {"outcome": "timed-out", "line": 1}):
        for key in base:
            lies += [base | {key: wrong} for wrong in WRONG if wrong not in RIGHT[key] or wrong is True]
    waiting = iter(lies)

    async def main() -> None:
        ids = itertools.count(1)
        sent: list[dict[str, Any]] = []

        def lie(call: int) -> bytes:
            sent.append(next(waiting))
            return wire.encode(wire.RESULT, call, orjson.dumps(sent[-1]), b"1")

        async with lying(answering(lie), LIMITS) as (pool, _):
            for _ in lies:
                outcome = await call(pool, ids)
                assert isinstance(outcome, Crashed), (sent[-1], outcome)

    asyncio.run(main())


def test_an_answer_given_twice_ends_the_cell_after_the_first() -> None:
    first, second = outcomes(answering(lambda call: result(call) * 2), calls=2)
    assert isinstance(first, Completed) and isinstance(second, Completed | Crashed)


def test_answers_that_are_swapped_reach_nobody() -> None:
    held: list[int] = []

    async def liar(frame: wire.Frame, send: Send) -> None:
        if frame.kind == wire.LOAD:
            await send(READY)
            return
        held.append(frame.call)
        if len(held) >= 2:
            await send(result(held[-1], b'"for the other"'))

    async def two() -> tuple[list[Outcome], int]:
        ids = itertools.count(1)
        async with lying(liar, LIMITS) as (pool, nursery):
            # one cell holds both: a second one is not started for so few
            found = await asyncio.gather(call(pool, ids), call(pool, ids))
            return list(found), nursery.born

    found, born = asyncio.run(two())
    # the swapped one ended its cell; then each was alone, and what it said could only be its own
    assert [type(outcome) for outcome in found] == [Completed, Completed]
    assert held[:2] == [1, 2] and born == 3


def test_an_answer_before_any_call_ends_the_cell() -> None:
    async def liar(frame: wire.Frame, send: Send) -> None:
        if frame.kind == wire.LOAD:
            await send(READY + result(1) + result(2))

    (outcome,) = outcomes(liar)
    # it knew the number of the call: it may answer that one, since it is its own
    assert isinstance(outcome, Crashed | Completed)


def test_an_answer_before_READY_ends_the_cell() -> None:
    async def liar(frame: wire.Frame, send: Send) -> None:
        if frame.kind == wire.CALL:
            await send(result(frame.call))

    (outcome,) = outcomes(liar)
    assert isinstance(outcome, Crashed) and "before it was ready" in outcome.message


def test_what_comes_after_a_last_answer_is_not_read() -> None:
    first, second = outcomes(answering(lambda call: result(call, kind=wire.LAST_RESULT) + b"\xff" * 100_000), calls=2)
    assert isinstance(first, Completed) and isinstance(second, Completed)


def test_a_flood_ends_with_its_cell() -> None:
    async def liar(frame: wire.Frame, send: Send) -> None:
        await send(READY)
        if frame.kind == wire.CALL:
            while True:
                await send(result(frame.call) * 50)

    assert all(isinstance(outcome, Completed | Crashed) for outcome in outcomes(liar, calls=3))


def test_a_cell_that_says_nothing_is_timed_out_by_the_wall() -> None:
    async def liar(frame: wire.Frame, send: Send) -> None:
        if frame.kind == wire.LOAD:
            await send(READY)

    (outcome,) = outcomes(liar, limits=HASTY)
    assert isinstance(outcome, TimedOut) and outcome.clock == "wall"
    assert outcome.receipt.wall_us >= HASTY.wall_seconds * 1e6


def test_a_cell_that_is_never_ready_is_timed_out_by_the_wall() -> None:
    async def liar(frame: wire.Frame, send: Send) -> None:
        pass

    (outcome,) = outcomes(liar, limits=HASTY)
    assert isinstance(outcome, TimedOut)


def test_half_a_frame_is_timed_out_by_the_wall() -> None:
    (outcome,) = outcomes(answering(lambda call: result(call)[:-1]), limits=HASTY)
    assert isinstance(outcome, TimedOut) and outcome.clock == "wall"


def test_a_cell_that_never_reads_keeps_a_large_body_and_no_more() -> None:
    async def liar(frame: wire.Frame, send: Send) -> None:
        await asyncio.sleep(60)

    async def two() -> tuple[list[Outcome], list[int], int]:
        ids = itertools.count(1)
        async with lying(liar, HASTY) as (pool, _):
            calls = [asyncio.ensure_future(call(pool, ids, 0.5, bytes(4_000_000))) for _ in range(2)]
            held = []
            while not all(one.done() for one in calls):
                held += [cell.bytes_in_flight for cell in pool._lane_of]
                await asyncio.sleep(0.01)
            return await asyncio.gather(*calls), held, pool.cells

    found, held, left = asyncio.run(two())
    assert all(isinstance(outcome, TimedOut | NotRun) for outcome in found) and isinstance(found[0], TimedOut)
    assert 4_000_000 < max(held) < 4_001_000 and left == 0


def test_the_overall_limit_holds_against_a_cell_that_says_nothing() -> None:
    async def liar(frame: wire.Frame, send: Send) -> None:
        if frame.kind == wire.LOAD:
            await send(READY)

    (outcome,) = outcomes(liar, seconds=0.05)
    assert isinstance(outcome, TimedOut) and outcome.clock == "overall"


def test_a_liar_is_run_again_for_its_innocent_neighbours_and_no_more_than_that() -> None:
    async def main() -> tuple[list[Outcome], int]:
        ids = itertools.count(1)
        async with lying(answering(lambda call: b"\xff" * 100), LIMITS) as (pool, nursery):
            found = await asyncio.gather(*(call(pool, ids) for _ in range(5)))
            return list(found), nursery.born

    found, born = asyncio.run(main())
    assert all(isinstance(outcome, Crashed) for outcome in found)
    # together once, then each alone
    assert born <= 1 + 5 + LIMITS.cells_per_integration
