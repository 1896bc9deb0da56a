"""The server's side of a zygote: starts it, asks it for cells, hears how they ended, replaces it when it dies.

A zygote is started by exec from the thread that runs the event loop (the parent-death signal follows the thread that
forked), in a session of its own, with an empty environment. One that dies takes its cells with it; the next is up
within a second.
"""

import array
import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field

import orjson

START_SECONDS = 30.0
STOP_SECONDS = 2.0
RESTART_FIRST_SECONDS, RESTART_MOST_SECONDS = 0.05, 1.0
EXIT_REPORT_SECONDS = 0.1
MAX_REPORT = 8192
EXIT_REPORTS_KEPT = 256


class NurseryDown(Exception):
    """No zygote is there to fork from: it died or is stopping; asking again later may work."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How a child ended, by its zygote's word: the wait status, its CPU seconds, its peak in bytes."""

    status: int
    cpu_seconds: float
    peak: int

    def describe(self) -> str:
        if os.WIFSIGNALED(self.status):
            number = os.WTERMSIG(self.status)
            return f"killed by signal {number} ({SIGNALS.get(number) or signal.Signals(number).name})"
        return f"ended with status {os.waitstatus_to_exitcode(self.status)}"


SIGNALS = {
    int(signal.SIGSYS): "it made a system call that is not allowed",
    int(signal.SIGSEGV): "the interpreter itself failed, as it does on recursion too deep for it",
    int(signal.SIGKILL): "from outside, or by the kernel for want of memory",
    int(signal.SIGBUS): "the interpreter itself failed",
    int(signal.SIGABRT): "the interpreter itself failed",
}


@dataclass(slots=True)
class Child:
    """A forked process: signalled through its pidfd only, so that a number used again is never hit."""

    pid: int
    pidfd: int
    socket: socket.socket
    generation: int
    exited: "asyncio.Future[Exit]" = field(repr=False)

    def send_signal(self, number: signal.Signals) -> None:
        if self.pidfd >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, number)

    async def exit(self) -> Exit | None:
        """How it ended, or None if nobody said so in time."""
        with suppress(TimeoutError, NurseryDown, asyncio.CancelledError):
            return await asyncio.wait_for(asyncio.shield(self.exited), EXIT_REPORT_SECONDS)
        return None

    def close(self) -> None:
        self.socket.close()
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1


class Nursery:
    """`role` is run or compile; `cell_uid` is whom a root server's cells become."""

    def __init__(self, role: str, *, cell_uid: int) -> None:
        self._role = role
        self._cell_uid = cell_uid
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._forks: dict[int, tuple[socket.socket, asyncio.Future[Child]]] = {}
        self._children: dict[int, asyncio.Future[Exit]] = {}
        self._next = 0
        self._closing = False
        self._up: asyncio.Future[list[str]] | None = None
        self._restart: asyncio.Task[None] | None = None
        self.generation = 0
        self.namespaces: list[str] = []

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Raises NurseryDown, with the zygote's own words, when it cannot start."""
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        command = [sys.executable, "-I", "-m", "sandbox.zygote", self._role, str(os.getpid()), str(theirs.fileno())]
        # Not asyncio's subprocess: it may start the process from another thread, and the child would die with that.
        self._process = subprocess.Popen(  # noqa: ASYNC220
            command,
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
        )
        theirs.close()
        self._control = ours
        self.generation += 1
        self._up = loop.create_future()
        loop.add_reader(ours.fileno(), self._on_readable)
        try:
            self.namespaces = await asyncio.wait_for(asyncio.shield(self._up), START_SECONDS)
        except TimeoutError:
            self._lost("it did not start in time")
            raise NurseryDown(f"the {self._role} zygote did not start in {START_SECONDS:.0f} s") from None

    async def fork(self, memory: int) -> Child:
        """A new child with `memory` bytes over the zygote's own size. Raises NurseryDown."""
        if self._control is None or self._closing:
            raise NurseryDown("the zygote is not running")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        ours.setblocking(False)
        self._next += 1
        number = self._next
        born: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        self._forks[number] = (ours, born)
        request = orjson.dumps({"fork": number, "memory": memory, "cell_uid": self._cell_uid})
        try:
            self._control.sendmsg(
                [request], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [theirs.fileno()]))]
            )
        except OSError:
            del self._forks[number]
            ours.close()
            raise NurseryDown("the zygote cannot be reached") from None
        finally:
            theirs.close()
        return await asyncio.shield(born)

    async def close(self) -> None:
        self._closing = True
        if self._restart is not None:
            self._restart.cancel()
        self._lost("stopping")
        if self._process is not None:
            # EOF on its control socket ends it; what does not listen is killed.
            for _ in range(int(STOP_SECONDS / 0.01)):
                if self._process.poll() is not None:
                    return
                await asyncio.sleep(0.01)
            self._process.kill()
            self._process.wait()

    def _on_readable(self) -> None:
        assert self._control is not None
        try:
            data, fds, _, _ = socket.recv_fds(self._control, MAX_REPORT, 1)
        except BlockingIOError:
            return
        except OSError:
            data, fds = b"", []
        if not data:
            self._lost("the zygote ended")
            return
        report = orjson.loads(data)
        if "forked" in report:
            self._forked(report["forked"], report["pid"], fds[0])
        elif "exited" in report:
            exited = self._children.pop(report["exited"], None)
            if exited is not None and not exited.done():
                exited.set_result(Exit(report["status"], report["cpu"], report["peak"]))
        elif "ready" in report and self._up is not None and not self._up.done():
            self._up.set_result(report["ready"])
        elif "failed" in report:
            self._lost(report["failed"])

    def _forked(self, number: int, pid: int, pidfd: int) -> None:
        ours, born = self._forks.pop(number)
        exited: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()
        self._children[pid] = exited
        child = Child(pid, pidfd, ours, self.generation, exited)
        if born.cancelled():
            child.send_signal(signal.SIGKILL)
            child.close()
        else:
            born.set_result(child)

    def _lost(self, why: str) -> None:
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._control.close()
            self._control = None
        down = NurseryDown(f"the {self._role} zygote is not running: {why}")
        for ours, born in self._forks.values():
            ours.close()
            if not born.done():
                born.set_exception(down)
                born.exception()  # whoever asked may be gone
        self._forks.clear()
        for exited in self._children.values():
            exited.cancel()
        self._children.clear()
        if self._up is not None and not self._up.done():
            self._up.set_exception(down)
        elif not self._closing and self._restart is None:
            self._restart = asyncio.get_running_loop().create_task(self._start_again())

    async def _start_again(self) -> None:
        pause = RESTART_FIRST_SECONDS
        while True:
            if self._process is not None and self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            try:
                await self.start()
            except (NurseryDown, OSError):
                await asyncio.sleep(pause)
                pause = min(pause * 2, RESTART_MOST_SECONDS)
            else:
                self._restart = None
                return
