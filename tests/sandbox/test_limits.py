"""Every limit at its edge: what just fits is answered, what does not ends with its outcome and says which limit it was."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from sandbox import Body, Compiled, Completed, Limits, Outcome, OutOfMemory, OutputTooLarge, Raised, Rejected, TimedOut
from sandbox.handle import CellHandle
from sandbox.outcome import JsonValue
from tests.sandbox.cells import HOOKS, SHORT, Cells, started

MIB = 1024 * 1024
HELLO = "def process_incoming(request):\n    return 1\n"
PID = "def process_incoming(request):\n    return [request.get('n'), len('x' * request.get('size', 0))]\n"


def hook(*lines: str) -> str:
    return "def process_incoming(request):\n" + "".join(f"    {line}\n" for line in lines)


def value(outcome: Outcome) -> Any:
    assert isinstance(outcome, Completed), outcome
    return outcome.value


def alive(cells: Cells) -> list[CellHandle]:
    pool = cells.sandbox._pool
    assert pool is not None
    return list(pool._lane_of)


# compiling


def compiled(cells: Cells, source: str) -> Compiled | Rejected:
    made = cells.run(cells.sandbox.compile(source, hooks=HOOKS))
    assert isinstance(made, Compiled | Rejected), made
    return made


def padded(size: int) -> str:
    return HELLO + "#" * (size - len(HELLO))


def test_a_source_may_have_its_bytes_and_not_one_more(cells: Cells) -> None:
    assert isinstance(compiled(cells, padded(SHORT.source_bytes)), Compiled)
    made = compiled(cells, padded(SHORT.source_bytes + 1))
    assert isinstance(made, Rejected) and made.diagnostics[0].rule == "source-size"
    assert "262,145" in made.diagnostics[0].message and "262,144" in made.diagnostics[0].message


def test_the_bytes_of_a_source_are_counted_as_utf_8(cells: Cells) -> None:
    made = compiled(cells, HELLO + "#" + "é" * (SHORT.source_bytes // 2))
    assert isinstance(made, Rejected) and made.diagnostics[0].rule == "source-size"


def test_compiling_ends_at_its_time() -> None:
    long = "".join(f"def f{n}(a, b={n}):\n    return [a.x for x in b if x][{n}]\n" for n in range(4000))
    with started(replace(SHORT, compile_seconds=0.05)) as cells:
        assert isinstance(compiled(cells, HELLO), Compiled)
        made = compiled(cells, long)
        assert isinstance(made, Rejected) and made.diagnostics[0].rule == "compile-limit"
        assert "0.05 s" in made.diagnostics[0].message
        assert isinstance(compiled(cells, HELLO), Compiled)


def test_compiling_ends_at_its_memory() -> None:
    large = "x = [" + "[1, 2, 3], " * 20_000 + "]\n"
    with started(replace(SHORT, compile_memory=8 * MIB)) as cells:
        assert isinstance(compiled(cells, HELLO), Compiled)
        made = compiled(cells, large)
        assert isinstance(made, Rejected) and made.diagnostics[0].rule in ("compile-limit", "too-complex")
        assert isinstance(compiled(cells, HELLO), Compiled)


def test_as_many_diagnostics_as_allowed_and_no_more(cells: Cells) -> None:
    for count in (SHORT.diagnostics, SHORT.diagnostics + 1, 5000):
        made = compiled(cells, "_a = 1\n" * count)
        assert isinstance(made, Rejected) and len(made.diagnostics) == SHORT.diagnostics


# one call


def test_cpu_time_below_the_limit_is_nobodys_concern(cells: Cells) -> None:
    source = "import time\n" + hook("end = time.process_time() + 0.05", "while time.process_time() < end:", "    pass")
    assert value(cells.call(source)) is None


def test_cpu_time_above_the_limit_is_told_with_what_was_used_and_where(cells: Cells) -> None:
    outcome = cells.call(hook("n = 0", "while True:", "    n += 1"))
    assert isinstance(outcome, TimedOut)
    assert (outcome.clock, outcome.limit_seconds) == ("cpu", SHORT.cpu_seconds)
    assert outcome.line in (3, 4)
    assert SHORT.cpu_seconds * 1e6 <= outcome.receipt.cpu_us < (SHORT.cpu_seconds + 0.2) * 1e6


def test_a_loop_in_c_is_ended_from_outside_and_told_what_it_used(cells: Cells) -> None:
    outcome = cells.call(hook("return sum(range(10 ** 12))"))
    assert isinstance(outcome, TimedOut) and outcome.line is None
    assert outcome.receipt.cpu_us >= SHORT.cpu_seconds * 1e6
    assert outcome.receipt.wall_us >= SHORT.wall_seconds * 1e6


def test_a_loop_in_c_is_ended_for_the_cpu_it_uses_long_before_the_wall_clock() -> None:
    limits = replace(SHORT, cpu_seconds=0.1, wall_seconds=20, wall_seconds_extended=20)
    with started(limits) as cells:
        outcome = cells.call(hook("return sum(range(10 ** 12))"), overall_seconds=30)
        assert isinstance(outcome, TimedOut) and (outcome.clock, outcome.line) == ("cpu", None)
        assert outcome.receipt.cpu_us < 2_000_000
        # a loop that hears its clock still says where it was
        outcome = cells.call(hook("n = 0", "while True:", "    n += 1"), overall_seconds=30)
        assert isinstance(outcome, TimedOut) and outcome.line in (3, 4)


def test_the_overall_limit_is_the_calls_own(cells: Cells) -> None:
    outcome = cells.call(hook("while True:", "    pass"), overall_seconds=0.05)
    assert isinstance(outcome, TimedOut) and (outcome.clock, outcome.limit_seconds) == ("overall", 0.05)


def test_memory_below_the_limit_is_there_and_told(cells: Cells) -> None:
    outcome = cells.call(hook("return len('x' * 9000000) + len('y' * 9000000)"))
    assert isinstance(outcome, Completed) and outcome.value == 18_000_000
    assert outcome.receipt.peak_memory is None or outcome.receipt.peak_memory >= 8 * MIB


@pytest.mark.parametrize("size", [SHORT.memory // MIB + 1, 10 * SHORT.memory // MIB])
def test_memory_above_the_limit_is_not(cells: Cells, size: int) -> None:
    outcome = cells.call(hook(f"return len(bytearray({size * MIB}))"))
    assert isinstance(outcome, OutOfMemory)
    assert (outcome.limit_bytes, outcome.line) == (SHORT.memory, 2)


def test_a_result_may_have_its_bytes_and_not_one_more(cells: Cells) -> None:
    source = hook("return 'x' * request['n']")
    assert len(value(cells.call(source, {"n": SHORT.result_bytes - 2}))) == SHORT.result_bytes - 2
    outcome = cells.call(source, {"n": SHORT.result_bytes - 1})
    assert isinstance(outcome, OutputTooLarge) and "1,048,577" in outcome.message and "1,048,576" in outcome.message


def test_a_result_may_have_its_depth_and_not_one_more(cells: Cells) -> None:
    source = hook("x = []", "for i in range(request['n'] - 1):", "    x = [x]", "return x")
    assert value(cells.call(source, {"n": SHORT.result_depth}))
    outcome = cells.call(source, {"n": SHORT.result_depth + 1})
    assert isinstance(outcome, OutputTooLarge) and "deeper than 64" in outcome.message


def test_a_result_may_have_its_values_and_not_one_more(cells: Cells) -> None:
    source = hook("return [0] * request['n']")
    assert len(value(cells.call(source, {"n": SHORT.result_nodes}))) == SHORT.result_nodes
    outcome = cells.call(source, {"n": SHORT.result_nodes + 1})
    assert isinstance(outcome, OutputTooLarge) and "20,000" in outcome.message
    empty = hook("return [[] for _ in range(request['n'])]")
    assert len(value(cells.call(empty, {"n": SHORT.result_nodes // 2}))) == SHORT.result_nodes // 2
    outcome = cells.call(empty, {"n": SHORT.result_nodes // 2 + 1})
    assert isinstance(outcome, OutputTooLarge) and "20,000" in outcome.message


def test_a_log_may_have_its_bytes_and_is_cut_after_them(cells: Cells) -> None:
    source = hook("print('x' * request['n'], end='')", "return 1")
    whole = cells.call(source, {"n": SHORT.log_bytes})
    assert isinstance(whole, Completed) and [len(line.text) for line in whole.log] == [SHORT.log_bytes]
    cut = cells.call(source, {"n": SHORT.log_bytes + 1})
    assert isinstance(cut, Completed) and [len(line.text) for line in cut.log][0] == SHORT.log_bytes
    assert "65,536" in cut.log[-1].text


def test_a_log_may_have_its_lines_and_is_cut_after_them(cells: Cells) -> None:
    for source in (
        hook("print('\\n' * request['n'], end='')", "return 1"),
        hook("for i in range(request['n']):", "    print('x')", "return 1"),
        "from hookcell import log\n" + hook("for i in range(request['n']):", "    log.info('x')", "return 1"),
        "from hookcell import log\n"
        + hook("for i in range(request['n'] // 2):", "    print('x', end='')", "    log.info('x')", "return 1"),
    ):
        whole = cells.call(source, {"n": SHORT.log_lines})
        assert isinstance(whole, Completed) and len(whole.log) == SHORT.log_lines
        cut = cells.call(source, {"n": SHORT.log_lines + 50})
        assert isinstance(cut, Completed) and len(cut.log) == SHORT.log_lines + 1
        assert "2,000 lines" in cut.log[-1].text


def test_a_log_full_of_escapes_fits_through_the_wire(cells: Cells) -> None:
    outcome = cells.call(hook("print('\\x00' * 65536, end='')", "return 1"))
    assert isinstance(outcome, Completed) and len(outcome.log[0].text) == 4 * SHORT.log_bytes


def test_a_traceback_has_its_lines_and_no_more(cells: Cells) -> None:
    outcome = cells.call("def f(n):\n    return f(n - 1) if n else 1 / 0\n" + hook("return f(200)"))
    assert isinstance(outcome, Raised) and len(outcome.trace) == SHORT.traceback_lines
    # both ends are kept: where it began, and where it went wrong
    assert outcome.trace[0].function == "process_incoming" and outcome.trace[-1].line == 2


# a cell, and the pool


def test_a_crowd_of_one_integration_gets_its_cells_and_no_more(cells: Cells) -> None:
    async def crowd() -> tuple[int, int, list[Outcome]]:
        program = await cells.program(hook("return sum(range(2000))"), "crowd")
        calls = [asyncio.ensure_future(cells.sandbox.call(program, "process_incoming", {})) for _ in range(64)]
        most_cells = most_calls = 0
        while not all(call.done() for call in calls):
            own = [cell for cell in alive(cells) if cells.sandbox._pool._lane_of[cell].program is program]  # type: ignore[union-attr]
            most_cells = max(most_cells, len(own))
            most_calls = max([most_calls, *(len(cell.jobs) for cell in own)])
            await asyncio.sleep(0)
        return most_cells, most_calls, await asyncio.gather(*calls)

    most_cells, most_calls, outcomes = cells.run(crowd())
    assert all(isinstance(outcome, Completed) for outcome in outcomes)
    assert 1 <= most_cells <= SHORT.cells_per_integration
    assert 1 < most_calls <= SHORT.cell_calls_in_flight


def test_bodies_in_flight_are_bounded_and_a_large_one_goes_alone(cells: Cells) -> None:
    large = b"x" * (SHORT.cell_bytes_in_flight + 1)

    async def crowd() -> tuple[list[tuple[int, int]], list[Outcome]]:
        program = await cells.program(hook("return len(request['raw'])"), "bodies")
        calls = [
            asyncio.ensure_future(
                cells.sandbox.call(program, "process_incoming", {}, body=Body(raw, ("raw",)), overall_seconds=20)
            )
            for raw in [b"y" * 100_000, large] * 8
        ]
        seen = []
        while not all(call.done() for call in calls):
            seen += [(len(cell.jobs), cell.bytes_in_flight) for cell in alive(cells) if cell.jobs]
            await asyncio.sleep(0)
        return seen, await asyncio.gather(*calls)

    seen, outcomes = cells.run(crowd())
    assert [value(outcome) for outcome in outcomes] == [100_000, len(large)] * 8
    assert all(size <= SHORT.cell_bytes_in_flight or jobs == 1 for jobs, size in seen)


def test_a_cell_that_has_grown_is_replaced(cells: Cells) -> None:
    source = hook("return len('x' * request['n'])")
    cells.call(source, {"n": 1}, owner="grown")
    before = {cell.child.pid for cell in alive(cells)}
    value(cells.call(source, {"n": 9_900_000}, owner="grown"))
    # it is ended in the next turn of the loop
    cells.run(asyncio.sleep(0.05))
    after = {cell.child.pid for cell in alive(cells)}
    assert SHORT.cell_growth < 9_900_000 and len(before - after) == 1


def test_the_memory_of_all_cells_is_kept_by_ending_idle_ones() -> None:
    # room for none: one may run in any case, and then nothing is kept beside it
    with started(Limits(cells_memory_share=1e-9)) as cells:
        for owner in range(6):
            value(cells.call(HELLO, owner=str(owner)))
            assert len(alive(cells)) == 1


@pytest.mark.parametrize(
    ("argument", "why"),
    [
        ("x" * 9_000_000, "arguments of 9,000,022 bytes as JSON and a body of 0 are more than a cell takes"),
        ({"x": "\ud800"}, "an argument has no JSON form: str is not valid UTF-8: surrogates not allowed"),
    ],
)
def test_arguments_that_no_cell_can_be_given_are_an_outcome(cells: Cells, argument: JsonValue, why: str) -> None:
    outcome = cells.call(HELLO, argument)
    assert isinstance(outcome, Raised)
    assert (outcome.exception, outcome.message, outcome.line) == ("BadArguments", why, None)


def test_arguments_that_are_too_deep_to_be_written_are_an_outcome(cells: Cells) -> None:
    deep: JsonValue = []
    for _ in range(300):
        deep = [deep]
    outcome = cells.call(HELLO, deep)
    assert isinstance(outcome, Raised)
    assert outcome.message == "an argument has no JSON form: Recursion limit reached"


def test_want_of_memory_while_compiling_is_the_limits_diagnostic_and_depth_is_depth() -> None:
    with started(replace(SHORT, compile_memory=24 * 1024 * 1024, compile_seconds=5.0)) as cells:
        (large,) = cells.rejected("x = [" + "'a', " * 50_000 + "]\n").diagnostics
        assert large.rule == "compile-limit" and "25,165,824 bytes" in large.message and "shorter" in large.hint
        (deep,) = cells.rejected("x = " + "-" * 20_000 + "1\n").diagnostics
        assert deep.rule == "too-complex"
