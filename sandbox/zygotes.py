"""The server's end of one zygote process: it is asked for children and says how they ended.

It is started by exec from the thread that runs the event loop (the parent-death signal follows the thread that
forked), in a session of its own, with an empty environment. Its children die with it; `Child.orphaned` says so, since
a child that died with its zygote says nothing about what it was doing.
"""

import array
import asyncio
import errno
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import orjson

START_SECONDS = 30.0
STOP_SECONDS = 2.0
# One that does not fork in this time is stuck, and is replaced.
FORK_SECONDS = 5.0
# A zygote that lives says how a child ended, however late the machine lets it; one that has died is known at once.
EXIT_REPORT_SECONDS = 1.0
MAX_REPORT = 8192

SIGNALS = {
    int(signal.SIGSYS): "it made a system call that is not allowed",
    int(signal.SIGSEGV): "the interpreter itself failed, as it does on recursion too deep for it",
    int(signal.SIGKILL): "from outside, or by the kernel for want of memory",
    int(signal.SIGBUS): "the interpreter itself failed",
    int(signal.SIGABRT): "the interpreter itself failed",
}
NO_DESCRIPTOR = "this process may open no more files: raise its limit (ulimit -n)"


class NurseryDown(Exception):
    """No zygote is there to fork from: it died or is stopping; asking again later may work."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How a child ended, by its zygote's word: the wait status, its CPU seconds, its peak in bytes."""

    status: int
    cpu_seconds: float
    peak: int

    @property
    def signal(self) -> int | None:
        return os.WTERMSIG(self.status) if os.WIFSIGNALED(self.status) else None

    @property
    def code(self) -> int | None:
        return os.WEXITSTATUS(self.status) if os.WIFEXITED(self.status) else None

    def describe(self) -> str:
        if self.signal is not None:
            return f"killed by signal {self.signal} ({SIGNALS.get(self.signal) or signal.strsignal(self.signal)})"
        return f"ended with status {os.waitstatus_to_exitcode(self.status)}"


@dataclass(slots=True, eq=False)
class Child:
    """A forked process: signalled through its pidfd only, so that a number used again is never hit."""

    pid: int
    pidfd: int
    socket: socket.socket
    generation: int
    # None when its zygote died before it said so
    exited: "asyncio.Future[Exit | None]" = field(repr=False)
    orphaned: bool = False

    def send_signal(self, number: signal.Signals) -> None:
        if self.pidfd >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, number)

    async def exit(self) -> Exit | None:
        """How it ended, or None if nobody said so in time."""
        with suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(self.exited), EXIT_REPORT_SECONDS)
        return None

    def close(self) -> None:
        self.socket.close()
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1

    def end(self) -> None:
        self.send_signal(signal.SIGKILL)
        self.close()


class ZygoteHandle:
    """`role` is run or compile; `on_lost` is called once, when it has ended without being asked to."""

    def __init__(self, role: str, cell_uid: int, generation: int, on_lost: Callable[["ZygoteHandle"], None]) -> None:
        self.generation = generation
        self.namespaces: list[str] = []
        self._role = role
        self._cell_uid = cell_uid
        self._on_lost = on_lost
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._forks: dict[int, tuple[socket.socket, asyncio.Future[Child]]] = {}
        self._children: dict[int, Child] = {}
        self._next = 0
        self._up: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def childless(self) -> bool:
        return not self._children and not self._forks

    async def start(self) -> None:
        """Raises NurseryDown, with the zygote's own words, when it cannot start."""
        ours, theirs = _socketpair(socket.SOCK_SEQPACKET)
        numbers = [os.getpid(), theirs.fileno(), self._cell_uid]
        command = [sys.executable, "-I", "-m", "sandbox.zygote", self._role, *map(str, numbers)]
        try:
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
        except OSError as error:
            ours.close()
            raise NurseryDown(f"the {self._role} zygote cannot be started: {error}") from error
        finally:
            theirs.close()
        self._control = ours
        asyncio.get_running_loop().add_reader(ours.fileno(), self._on_readable)
        try:
            self.namespaces = await asyncio.wait_for(asyncio.shield(self._up), START_SECONDS)
            if self._control is None:
                # It has died since, when nobody knew of it yet: whoever is told `on_lost` would not start another.
                raise NurseryDown(f"the {self._role} zygote ended as soon as it was up")
        except TimeoutError:
            await self.close()
            raise NurseryDown(f"the {self._role} zygote did not start in {START_SECONDS:.0f} s") from None
        except (NurseryDown, asyncio.CancelledError):
            await self.close()
            raise

    async def fork(self, memory: int, *, ahead: bool = False) -> Child:
        """A new child with `memory` bytes over the zygote's own size; one forked `ahead` of its need rehearses.

        Raises NurseryDown.
        """
        if self._control is None:
            raise NurseryDown(f"the {self._role} zygote is not running")
        ours, theirs = _socketpair(socket.SOCK_STREAM)
        self._next += 1
        number = self._next
        born: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        self._forks[number] = (ours, born)
        request = orjson.dumps({"fork": number, "memory": memory, "ahead": ahead})
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
        try:
            # Whoever asked may be gone before it is born: then `born` is cancelled, and _forked ends the child.
            async with asyncio.timeout(FORK_SECONDS):
                return await born
        except TimeoutError:
            self.kill()
            raise NurseryDown(f"the zygote did not fork in {FORK_SECONDS:.0f} s") from None
        except asyncio.CancelledError:
            if born.done() and not born.cancelled() and born.exception() is None:
                born.result().end()
            raise

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    async def close(self) -> None:
        """Ends it and its children, and waits for that."""
        self._disconnect("it was told to stop")
        if self._process is None:
            return
        # EOF on its control socket ends it; what does not listen, or is not waited for any more, is killed.
        try:
            for _ in range(int(STOP_SECONDS / 0.01)):
                if self._process.poll() is not None:
                    return
                await asyncio.sleep(0.01)
        finally:
            if self._process.returncode is None:
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
            # It speaks once its modules are there.
            unheard = f"it ended before it was up: is hookcell installed where `{sys.executable} -I` finds it?"
            self._lost("it ended" if self._up.done() else unheard)
            return
        report = orjson.loads(data)
        if "forked" in report:
            self._forked(report["forked"], report["pid"], fds)
        elif "refused" in report:
            ours, born = self._forks.pop(report["refused"])
            ours.close()
            self._fail(born, NurseryDown(f"the zygote cannot fork: {report['error']}"))
        elif "exited" in report:
            child = self._children.pop(report["exited"], None)
            if child is not None and not child.exited.done():
                child.exited.set_result(Exit(report["status"], report["cpu"], report["peak"]))
        elif "ready" in report and not self._up.done():
            self._up.set_result(report["ready"])
        elif "failed" in report:
            # of its traceback, what was wrong
            self._lost(report["failed"].rstrip().rpartition("\n")[2])

    def _forked(self, number: int, pid: int, fds: list[int]) -> None:
        ours, born = self._forks.pop(number)
        if not fds:
            # The kernel drops what finds no place here; the child ends with its socket.
            ours.close()
            self._fail(born, NurseryDown(NO_DESCRIPTOR))
            return
        (pidfd,) = fds
        exited: asyncio.Future[Exit | None] = asyncio.get_running_loop().create_future()
        child = self._children[pid] = Child(pid, pidfd, ours, self.generation, exited)
        if born.done():
            child.end()
        else:
            born.set_result(child)

    def _lost(self, why: str) -> None:
        started = self._up.done()
        self._disconnect(why)
        self.kill()
        if started:
            self._on_lost(self)

    def _disconnect(self, why: str) -> None:
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._control.close()
            self._control = None
        down = NurseryDown(f"the {self._role} zygote is not running: {why}")
        for ours, born in self._forks.values():
            ours.close()
            self._fail(born, down)
        self._forks.clear()
        for child in self._children.values():
            child.orphaned = True
            if not child.exited.done():
                child.exited.set_result(None)
        self._children.clear()
        self._fail(self._up, down)

    def _fail(self, future: "asyncio.Future[Child] | asyncio.Future[list[str]]", error: NurseryDown) -> None:
        if not future.done():
            future.set_exception(error)
            future.exception()  # whoever asked may be gone


def _socketpair(kind: socket.SocketKind) -> tuple[socket.socket, socket.socket]:
    """This side's end, which does not block, and the other. Raises NurseryDown."""
    try:
        ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
    except OSError as error:
        raise NurseryDown(NO_DESCRIPTOR if error.errno == errno.EMFILE else str(error)) from error
    ours.setblocking(False)
    return ours, theirs
