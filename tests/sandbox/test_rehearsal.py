"""What a child does while it waits is what it will be asked for, and spares its first call the copying of pages."""

import asyncio
import subprocess
import sys
from pathlib import Path

import orjson

from sandbox import Completed, Limits, wire
from sandbox.compiler import Compiled, HookForm, compile_source
from sandbox.nursery import Nursery
from sandbox.rehearsal import FILENAME, HOOK, SCRIPT, call_frames
from sandbox.zygotes import Child
from tests.sandbox.cells import Cells

MEMORY = 64 * 1024 * 1024


def stat(pid: int) -> list[str]:
    """What the kernel says of a process, from its state on."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def page_faults(pid: int) -> int:
    return int(stat(pid)[7])


def test_the_rehearsed_script_is_one(cells: Cells) -> None:
    made = compile_source(SCRIPT, filename=FILENAME, hooks=(HookForm(HOOK, (HOOK,), 1),))
    assert isinstance(made, Compiled) and made.hooks == (HOOK,)
    decoder = wire.Decoder(max_meta=10_000, max_payload=100_000)
    decoder.feed(call_frames())
    decoder.next()
    frame = decoder.next()
    assert frame is not None
    (request,) = orjson.loads(frame.meta)["args"]
    request["content"] = orjson.loads(frame.payload)
    outcome = cells.call(SCRIPT, request)
    assert isinstance(outcome, Completed), outcome
    content = outcome.value["content"]  # type: ignore[call-overload, index]
    assert content["text"].startswith("**Rehearsal**") and content["attachments"]  # type: ignore[index, call-overload, union-attr]


def test_a_child_forked_ahead_has_copied_its_pages_before_it_is_asked() -> None:
    async def faults_of_first_call(child: Child) -> int:
        loop = asyncio.get_running_loop()
        # It sleeps where it has nothing more to do, and waits for its first frame.
        while stat(child.pid)[0] != "S":
            await asyncio.sleep(0.01)
        settled = page_faults(child.pid)
        await loop.sock_sendall(child.socket, call_frames())
        data = b""
        while b"Rehearsal" not in data:
            data += await loop.sock_recv(child.socket, 65536)
        return page_faults(child.pid) - settled

    async def main() -> tuple[int, int]:
        nursery = Nursery("run", cell_uid=65534)
        await nursery.start()
        try:
            zygote = nursery._current
            assert zygote is not None
            children = [await zygote.fork(MEMORY), await zygote.fork(MEMORY, ahead=True)]
            cold, rehearsed = [await faults_of_first_call(child) for child in children]
            for child in children:
                child.end()
            return cold, rehearsed
        finally:
            await nursery.close()

    cold, rehearsed = asyncio.run(main())
    assert rehearsed < cold / 2, (rehearsed, cold)


def test_limits_of_a_rehearsal_are_those_of_nobody(cells: Cells) -> None:
    # the first call after it has its own: a script that needs more than SHORT allows is ended as ever
    outcome = cells.call("def process_incoming(request):\n    while True:\n        pass\n", {}, owner="loops")
    assert type(outcome).__name__ == "TimedOut" and cells.sandbox.limits != Limits()


SLOW = """
import marshal, os, signal
import orjson
from sandbox import cell, wire

code = "def process_incoming(request):\\n    for number in range(1_000_000): number * number\\n"
code += "    return {'text': '**Rehearsal**'}"
load = {"limits": {}, "filename": "slow.py", "hooks": [["process_incoming"]]}
call = {"hook": 0, "args": [{}], "body": {"text": [], "parsed": []}}
frames = wire.encode(wire.LOAD, 0, orjson.dumps(load), marshal.dumps(compile(code, "slow.py", "exec")))
frames += wire.encode(wire.CALL, 1, orjson.dumps(call), b"{}")
said, write = [], os.write
os.write = lambda descriptor, data: said.append(bytes(data)) or len(data)
waiting = cell.Cell()
signal.signal(signal.SIGPROF, waiting.on_tick)
waiting.rehearse(frames)
write(1, repr(said).encode())
"""


def test_a_rehearsal_says_nothing_however_slow_it_is() -> None:
    """A tick of the clock would let go what is held, and a server that hears READY twice ends the cell."""
    ran = subprocess.run([sys.executable, "-c", SLOW], capture_output=True, check=True, timeout=60)
    assert ran.stdout == b"[]"
