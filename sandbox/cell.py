"""Inside the child: load one script, then serve its calls until the server closes the socket.

The end of a call belongs to the call: globals are cleared and leftovers collected under its timer, so that nothing of
it runs inside the next. A call whose timer expired, or that ran out of memory, is answered by a last result, and the
cell ends. Replies are held while more frames are at hand (a write each would cost two context switches a call), but
for no longer than HOLD_NS, and a slow call lets them go at the clock's next tick.
"""

import gc
import marshal
import mmap
import os
import random
import resource
import signal
import sys
from time import perf_counter_ns
from types import CodeType, FrameType
from typing import Any

import orjson

from sandbox import library, wire
from sandbox.body import put_body
from sandbox.harden import CLEAR_REFS_FD, SOCKET_FD
from sandbox.library import TimeLimit
from sandbox.library.state import ServiceRefused
from sandbox.limits import Limits
from sandbox.rehearsal import call_frames
from sandbox.report import Log, author_line, raised
from sandbox.result import BadResult, ResultTooLarge, encode_result

# as long as a full cell takes for ordinary calls: with less they come and go in ever smaller groups
HOLD_NS = 1_200_000
# More would be a mapping of its own for every read.
READ_BYTES = 64 * 1024
# Groups of calls that came apart come together again if looked for now and then; to look costs a call.
LOOK_EVERY = 8
# Not every Python can read what is there without waiting for more.
NO_WAIT = getattr(os, "RWF_NOWAIT", None)
# of the CPU clock, which stands still while the cell waits
TICK = 0.004
# what a call whose time is up has for its end
END_SECONDS = 0.020
BALLAST = 1024 * 1024
WARM_CALLS = 16


class RunRole:
    def warm(self) -> None:
        library.warm()
        self.rehearsal = call_frames()
        # The interpreter rewrites what runs often; what it has rewritten here, no child has to copy and rewrite.
        cell = Cell()
        for _ in range(WARM_CALLS):
            cell.rehearse(self.rehearsal)

    def prepare(self) -> None:
        # What a finaliser prints or raises must not reach a descriptor: the filter kills for it.
        sys.unraisablehook = lambda _: None
        sys.stdout = sys.stderr = None
        # Forks share the state of every generator: no cell may foretell another's.
        random.seed()
        self.cell = Cell()
        signal.signal(signal.SIGPROF, self.cell.on_tick)

    def rehearse(self) -> None:
        self.cell.rehearse(self.rehearsal)

    def serve(self, layers: list[str], *, clear_refs: bool) -> None:
        self.cell.serve(layers, clear_refs=clear_refs)


class Cell:
    def __init__(self) -> None:
        self.armed = False
        self.expired = False
        # by when, in CPU seconds of the call, one that has expired must have ended
        self.must_end = 0.0
        self.decoder = wire.Decoder(max_meta=wire.MAX_META_DOWN, max_payload=wire.MAX_PAYLOAD_DOWN)
        self.held: list[bytes] = []
        self.held_since = 0
        # of more than one call, so far
        self.groups = 0
        # counts against the limit, and takes no memory as long as nobody writes to it
        self.ballast = mmap.mmap(-1, BALLAST, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.clear_refs = False
        # the clock and the high-water mark (KiB) when the latest call ended, which is where the next begins
        self.cpu = 0.0
        self.high = 0
        self.start_rss = 0

    def rehearse(self, frames: bytes) -> None:
        """Serves a call of ours whose answer goes nowhere."""
        decoder = wire.Decoder(max_meta=len(frames), max_payload=len(frames))
        decoder.feed(frames)
        while (frame := decoder.next()) is not None:
            if frame.kind == wire.CALL:
                self.call(frame)
            else:
                self.load(frame, [])
        if b'"text":"**Rehearsal**' not in b"".join(self.held):
            raise RuntimeError("a rehearsal went wrong")
        self.held.clear()

    def serve(self, layers: list[str], *, clear_refs: bool) -> None:
        self.clear_refs = clear_refs
        self.inbox = memoryview(bytearray(READ_BYTES))
        decoder = self.decoder
        gc.disable()
        while data := self.receive():
            decoder.feed(data)
            signal.setitimer(signal.ITIMER_PROF, TICK, TICK)
            while (frame := decoder.next()) is not None:
                if frame.kind == wire.CALL:
                    if not self.call(frame):
                        self.flush()
                        return
                    if perf_counter_ns() - self.held_since > HOLD_NS:
                        self.flush()
                else:
                    self.load(frame, layers)

    def receive(self) -> bytes:
        """What the server has sent, or will send next; nothing when it has closed the socket."""
        # The rest of a frame is on its way: the server sends it whatever we do.
        if self.held and not self.decoder.pending:
            if data := self.look():
                return data
            self.flush()
        return os.read(SOCKET_FD, READ_BYTES)

    def look(self) -> bytes:
        """What has come meanwhile; nothing where calls come one at a time, and each answer is waited for."""
        if len(self.held) == 1 or NO_WAIT is None:
            return b""
        self.groups += 1
        if self.groups % LOOK_EVERY != 1:
            return b""
        try:
            return bytes(self.inbox[: os.preadv(SOCKET_FD, [self.inbox], -1, NO_WAIT)])
        except OSError:
            return b""  # nothing is there, or this kernel cannot say

    def load(self, frame: wire.Frame, layers: list[str]) -> None:
        meta = orjson.loads(frame.meta)
        self.limits = Limits(**meta["limits"])
        self.filename: str = meta["filename"]
        self.hooks: list[list[str]] = meta["hooks"]
        self.code: CodeType = marshal.loads(frame.payload)
        gc.freeze()
        self.begin_anew()
        self.start_rss = self.high
        self.hold(wire.encode(wire.READY, 0, orjson.dumps({"layers": layers})))

    def call(self, frame: wire.Frame) -> bool:
        """Serves one call; False when this cell must end."""
        self.started = perf_counter_ns()
        self.current = frame.call
        self.expired = False
        self.line: int | None = None
        self.no_json: str | None = None
        self.log = Log(self.limits)
        fields: dict[str, Any] = {}
        payload = b""
        try:
            try:
                self.armed = True
                payload = self.run_and_let_go(frame, fields)
            finally:
                self.armed = False
        except TimeLimit:
            # It has expired; the tick may have come just as the clock was to be disarmed.
            self.armed = False
        if self.expired:
            fields, payload = {"outcome": "timed-out", "line": self.line}, b""
        last = self.expired or fields.get("outcome") == "out-of-memory"
        self.reply(fields, payload, last=last)
        return not last

    def run_and_let_go(self, frame: wire.Frame, fields: dict[str, Any]) -> bytes:
        """With all that runs when what the call made is let go: finalisers, generators that were left in the middle."""
        allocated = gc.get_count()[0]
        try:
            payload = self.run(frame, fields)
            # First the library lets go: what outlives a collection is looked for by none after it. And once more after
            # each, since what runs at the end of what was found may have left something there.
            library.end()
            while gc.get_count()[0] > allocated:
                gc.collect(0)
                library.end()
            return payload
        except MemoryError as error:
            self.ballast.close()
            fields.clear()
            fields |= {"outcome": "out-of-memory", "line": author_line(error.__traceback__, self.filename)}
            let_go(error)
        except TimeLimit as limit:
            let_go(limit)
        return b""

    def run(self, frame: wire.Frame, fields: dict[str, Any]) -> bytes:
        """The author's code, start to end; what it raises is turned into `fields` here, under its own timer.

        They stay empty where there is no more to say than the result.
        """
        meta = orjson.loads(frame.meta)
        arguments = meta["args"]
        if (body := meta.get("body")) is not None:
            self.no_json = put_body(arguments[0], body, frame.payload)
        call = library.CallState(self.log.write, meta.get("now"), self.ask if "ask" in meta else None, self.limits)
        scope = library.begin(call)
        if (names := meta.get("bind")) is not None:
            # a session: its module is what was typed, and may ask as a hook does
            call.in_hook = True
            scope.update(zip(names, arguments, strict=False))
        try:
            exec(self.code, scope)
            index = meta["hook"]
            if index < 0:
                payload = orjson.dumps(self.defined(scope))
            else:
                hook = self.find(scope, index)
                call.in_hook = True
                result = hook(*arguments)
                call.in_hook = False
                payload = encode_result(result, self.limits)
                if result is None and meta.get("watch"):
                    fields["forgot"] = arguments != orjson.loads(frame.meta)["args"]
            return payload
        except ResultTooLarge as error:
            fields |= {"outcome": "output-too-large", "message": str(error)}
        except BadResult as error:
            fields |= {"outcome": "raised", "exception": "BadResult", "message": str(error), "trace": []}
        except (TimeLimit, MemoryError):
            raise
        except BaseException as error:
            fields |= raised(error, self.filename, self.limits.traceback_lines)
        finally:
            scope.clear()
        return b""

    def ask(self, service: str, verb: str, arguments: dict[str, Any]) -> Any:
        """Asks the host, and waits. Raises ServiceRefused.

        What else this cell holds would wait with it: replies go out now, calls not begun are dropped here and sent
        elsewhere by the server, which knows that they are. No tick may come between the halves of a frame.
        """
        self.armed = False
        try:
            self.flush()
            question = {"service": service, "verb": verb, "arguments": arguments}
            self.hold(wire.encode(wire.QUESTION, self.current, b"{}", orjson.dumps(question)))
            self.flush()
            while (frame := self.decoder.next()) is None or frame.kind != wire.ANSWER:
                if frame is None:
                    data = os.read(SOCKET_FD, READ_BYTES)
                    if not data:
                        os._exit(0)
                    self.decoder.feed(data)
        finally:
            self.armed = True
        answer = orjson.loads(frame.payload)
        if (error := answer.get("error")) is not None:
            raise ServiceRefused(error["kind"], error["message"], error["fields"])
        return answer["value"]

    def find(self, scope: dict[str, Any], index: int) -> Any:
        for name in self.hooks[index]:
            if callable(hook := scope.get(name)):
                return hook
        script = scope.get("Script")
        if isinstance(script, type):
            for name in self.hooks[index]:
                if hasattr(script, name):
                    return getattr(script(), name)
        raise LookupError(f"the script defines no {self.hooks[index][0]}")

    def defined(self, scope: dict[str, Any]) -> list[str]:
        script = scope.get("Script")
        found = []
        for names in self.hooks:
            if any(callable(scope.get(name)) or (isinstance(script, type) and hasattr(script, name)) for name in names):
                found.append(names[0])
        return found

    def on_tick(self, number: int, frame: FrameType | None) -> None:
        if not self.armed:
            return
        if self.held:
            self.flush()
        usage = resource.getrusage(resource.RUSAGE_SELF)
        used = usage.ru_utime + usage.ru_stime - self.cpu
        if used < self.limits.cpu_seconds:
            return
        self.line = author_line(frame, self.filename) or self.line
        if not self.expired:
            self.expired = True
            self.must_end = used + END_SECONDS
            raise TimeLimit
        if used < self.must_end:
            return
        # The first was swallowed (a finaliser, `finally: continue`, `__exit__` returning True): no second chance.
        self.armed = False
        self.reply({"outcome": "timed-out", "line": self.line}, b"", last=True)
        self.flush()
        os._exit(0)

    def reply(self, fields: dict[str, Any], payload: bytes, *, last: bool) -> None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        total, high = usage.ru_utime + usage.ru_stime, usage.ru_maxrss
        wall = (perf_counter_ns() - self.started) // 1000
        cpu = int((total - self.cpu) * 1e6)
        peak = max(0, high - self.high) if self.clear_refs else -1
        growth = max(0, high - self.start_rss)
        if high == self.high:
            self.cpu = total
        else:
            self.begin_anew()
        log = self.log.entries()
        if fields or last or log or self.no_json is not None or wall > wire.MAX_RECEIPT_US:
            fields = {
                "outcome": "completed",
                "wall": wall,
                "cpu": cpu,
                "peak": peak * 1024 if peak >= 0 else None,
                "growth": growth * 1024,
                "log": log,
                "no_json": self.no_json,
            } | fields
            kind = wire.LAST_RESULT if last else wire.RESULT
            self.hold(wire.encode(kind, self.current, orjson.dumps(fields), payload))
        else:
            receipt = wire.RECEIPT.pack(wall, cpu, peak, growth)
            self.hold(wire.encode(wire.DONE, self.current, receipt, payload))

    def begin_anew(self) -> None:
        """The high-water mark of memory goes back to what is resident now, where the system can do that."""
        if self.clear_refs:
            os.write(CLEAR_REFS_FD, b"5")
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self.cpu, self.high = usage.ru_utime + usage.ru_stime, usage.ru_maxrss

    def hold(self, reply: bytes) -> None:
        if not self.held:
            self.held_since = perf_counter_ns()
        self.held.append(reply)

    def flush(self) -> None:
        data = b"".join(self.held)
        self.held.clear()
        view = memoryview(data)
        while view:
            view = view[os.write(SOCKET_FD, view) :]


def let_go(error: BaseException) -> None:
    """Of the frames that an error holds; the script's own code may run at that, so its clock must."""
    error.__traceback__ = error.__cause__ = error.__context__ = None
