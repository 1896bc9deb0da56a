"""A cell's own loop, in a process of its own that locks nothing down: the server's end of its socket is here."""

import marshal
import socket
import subprocess
import sys
import time

import orjson

from sandbox import wire
from sandbox.harden import SOCKET_FD

SPIN_SECONDS = 0.3
TRIES = 5

SERVE = f"""
import os, signal, sys
from sandbox import cell

os.dup2(int(sys.argv[1]), {SOCKET_FD})
writes, write = [], os.write
os.write = lambda descriptor, data: writes.append(descriptor) or write(descriptor, data)
serving = cell.Cell()
signal.signal(signal.SIGPROF, serving.on_tick)
serving.serve([], clear_refs=False)
print(len(writes))
"""
CODE = """
import time
def process_incoming(request):
    until = time.monotonic() + request["spin"]
    while time.monotonic() < until:
        pass
    return request["spin"]
"""


def frame(number: int, spin: float) -> bytes:
    return wire.encode(wire.CALL, number, orjson.dumps({"hook": 0, "args": [{"spin": spin}]}))


def writes_for_three_calls() -> int:
    """How many writes a cell needs for two calls, and for one that comes while the first runs."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = [sys.executable, "-c", SERVE, str(theirs.fileno())]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdout=subprocess.PIPE)
        theirs.close()
        load = {"limits": {}, "filename": "script.py", "hooks": [["process_incoming"]]}
        code = marshal.dumps(compile(CODE, "script.py", "exec"))
        ours.sendall(wire.encode(wire.LOAD, 0, orjson.dumps(load), code))
        answers = wire.Decoder(max_meta=1000, max_payload=1000)
        assert next_frame(ours, answers).kind == wire.READY
        ours.sendall(frame(1, SPIN_SECONDS) + frame(2, 0.0))
        time.sleep(SPIN_SECONDS / 3)
        ours.sendall(frame(3, 0.0))
        assert [next_frame(ours, answers).call for _ in range(3)] == [1, 2, 3]
    output, _ = process.communicate(timeout=30)
    return int(output) - 1


def next_frame(ours: socket.socket, answers: wire.Decoder) -> wire.Frame:
    while (got := answers.next()) is None:
        answers.feed(ours.recv(4096))
    return got


def test_answers_go_together_where_a_further_call_came_while_the_first_ran() -> None:
    # again where this process stood still, so that the last call came too late
    assert any(writes_for_three_calls() == 1 for _ in range(TRIES))
