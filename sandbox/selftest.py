"""Tries each layer for real: plain Python in real cells does what a script must never do, and says whether it could.

The probes go past the language layer on purpose: what is asked is what the system itself refuses. Nothing they try
does harm where it succeeds.
"""

import asyncio
import itertools
import marshal
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import orjson

from sandbox import wire
from sandbox.lane import Run
from sandbox.limits import MIB, Limits
from sandbox.nursery import Nursery
from sandbox.outcome import Completed, Crashed, NotRun, Outcome, OutOfMemory, Raised, TimedOut
from sandbox.pool import Pool
from sandbox.program import HookForm, Program

SECONDS = 10.0
PROBE = HookForm("probe", ("probe",), 1)
# `len` is the interpreter's own, and knows the module it is from.
MODULE = """
os = len.__self__.__import__("os")
socket = len.__self__.__import__("_socket")
thread = len.__self__.__import__("_thread")
def probe(request):
    {body}
    return "it could"
"""
PROBES = {
    "open": "os.open('/etc/passwd', os.O_RDONLY)",
    "write": "name = '/tmp/hookcell-%d' % os.getpid(); os.open(name, os.O_WRONLY | os.O_CREAT); os.unlink(name)",
    "stat": "os.stat('/etc/passwd')",
    "list": "os.listdir('/')",
    "connect": "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
    "udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "unix": "socket.socketpair()",
    "fork": "os.fork() or os._exit(0)",
    "exec": "os.execv('/bin/true', ['true'])",
    "thread": "thread.start_new_thread(len, ('',))",
    "kill": "os.kill(request['server'], 0)",
    "descriptor": "os.write(1, b'')",
    "environment": "assert set(os.environ) - {'LC_CTYPE'}, 'it is empty'",
    "allocate": "bytearray(1 << 40)",
    "spin": "\n    while True:\n        pass",
}
# One of each kind, for every start: files, the network, processes.
QUICK = ("open", "connect", "fork")
TRIES = 3
ENDS: dict[str, type[OutOfMemory] | type[TimedOut]] = {"allocate": OutOfMemory, "spin": TimedOut}
# Whoever is told what is there, and what is not, has looked.
LOOKED = ("FileNotFoundError", "FileExistsError")


@dataclass(frozen=True, slots=True)
class Tried:
    """One thing a cell must not be able to do: `held` says that it was kept from it, `how` in what way."""

    name: str
    held: bool
    how: str


async def self_test(nursery: Nursery, limits: Limits, names: Iterable[str] = PROBES) -> tuple[Tried, ...]:
    """These probes, each in a cell of its own, with less time and memory than scripts have."""
    short = replace(limits, cpu_seconds=0.05, wall_seconds=1.0, wall_seconds_extended=SECONDS, memory=32 * MIB)
    pool = Pool(nursery, short)
    try:
        numbers = itertools.count(1)
        return tuple([_judged(name, await _end_of(pool, numbers, name)) for name in names])
    finally:
        await pool.close()


async def _end_of(pool: Pool, numbers: Iterator[int], name: str) -> Outcome:
    for _ in range(TRIES):
        outcome = await _run(pool, next(numbers), name)
        if not isinstance(outcome, NotRun) and not (isinstance(outcome, Crashed) and not outcome.own_doing):
            break
    return outcome


async def _run(pool: Pool, number: int, name: str) -> Outcome:
    loop = asyncio.get_running_loop()
    source = MODULE.format(body=PROBES[name])
    code = marshal.dumps(compile(source, "probe.py", "exec", dont_inherit=True))
    key = f"probe/{name}"
    future: asyncio.Future[Outcome] = loop.create_future()
    meta = orjson.dumps({"hook": 0, "args": [{"server": os.getpid()}]})
    program = Program(key, key, "probe.py", source, code, (PROBE,))
    deadline = loop.time() + SECONDS
    run = Run(number, wire.CALL, meta, b"", deadline, program=program, future=future, overall_seconds=SECONDS)
    pool.submit(run)
    return await future


def _judged(name: str, outcome: Outcome) -> Tried:
    expected = ENDS.get(name)
    if expected is not None:
        return Tried(name, isinstance(outcome, expected), type(outcome).__name__)
    match outcome:
        case Completed():
            return Tried(name, False, "it could")
        case Raised(exception=exception, message=message):
            return Tried(name, exception not in LOOKED, f"{exception}: {message}")
        case Crashed(message=message, own_doing=own_doing):
            # a cell that died of something else was kept from nothing
            return Tried(name, own_doing, message)
    return Tried(name, False, type(outcome).__name__)
