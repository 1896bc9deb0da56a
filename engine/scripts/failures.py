"""Why a call gave no result, in words for the author; and the report of any call, for the trace."""

from typing import TypeAlias, assert_never

from engine.model.runs import Busy, Failed, ScriptFailure, ScriptReport
from sandbox import (
    Completed,
    Crashed,
    NotRun,
    Outcome,
    OutOfMemory,
    OutputTooLarge,
    Raised,
    Rejected,
    TimedOut,
)

# the kind of failure of a call whose arguments are more than a cell can be given
BAD_ARGUMENTS = "bad-arguments"

# a call that was run and gave no result
Ended: TypeAlias = Raised | TimedOut | OutOfMemory | OutputTooLarge | Crashed


def report(hook: str, outcome: Completed | Ended, result: object) -> ScriptReport:
    receipt = outcome.receipt
    return ScriptReport(
        hook,
        {
            "wallUs": receipt.wall_us,
            "cpuUs": receipt.cpu_us,
            "peakMemory": receipt.peak_memory,
            "outputBytes": receipt.output_bytes,
        },
        tuple({"level": line.level, "text": line.text} for line in outcome.log),
        result.failure if isinstance(result, Failed) else None,
        None if isinstance(outcome, Crashed) else outcome.no_json,
    )


def failed(hook: str, outcome: Outcome | Rejected) -> tuple[Failed | Busy, ScriptReport | None]:
    match outcome:
        case NotRun():
            return Busy(outcome.reason), None
        case Rejected():
            first = outcome.diagnostics[0]
            message = f"The script does not compile in this version: {first.message} {first.hint}"
            return Failed(ScriptFailure("not-compiled", message, first.line)), None
        case Completed():
            raise AssertionError("a completed call has not failed")
        case _:
            result = Failed(failure_of(outcome, hook))
            return result, report(hook, outcome, result)


def failure_of(outcome: Ended, hook: str) -> ScriptFailure:
    """In words for the author: the limit, what was used, the line where it is known, else the hook."""
    match outcome:
        case Raised(exception="BadArguments"):
            return ScriptFailure(BAD_ARGUMENTS, f"{hook} was not called: {outcome.message}.")
        case Raised(exception="BadResult"):
            return ScriptFailure("bad-result", f"{hook} returned what has no JSON form: {outcome.message}.")
        case Raised():
            message = f"{outcome.exception}: {outcome.message}" if outcome.message else outcome.exception
            return ScriptFailure("raised", message, outcome.line, outcome.traceback)
        case TimedOut():
            what = {
                "cpu": "of CPU time",
                "wall": "of waiting for a processor",
                "overall": "in all, waits included",
            }[outcome.clock]
            used = max(outcome.receipt.wall_us if outcome.clock != "cpu" else outcome.receipt.cpu_us, 0) / 1e6
            message = f"{hook} used {used:.2f} s {what}; the limit is {outcome.limit_seconds:g} s"
            return ScriptFailure(f"{outcome.clock}-time", message + _at(outcome.line), outcome.line)
        case OutOfMemory():
            message = f"{hook} needs more than {outcome.limit_bytes // 2**20} MiB of memory"
            return ScriptFailure("memory", message + _at(outcome.line), outcome.line)
        case OutputTooLarge():
            return ScriptFailure("output", f"{hook} returned too much: {outcome.message}.")
        case Crashed():
            return ScriptFailure("crashed", f"{hook} ended its cell: {outcome.message}.")
        case _:
            assert_never(outcome)


def _at(line: int | None) -> str:
    return f" (line {line})." if line is not None else "."
