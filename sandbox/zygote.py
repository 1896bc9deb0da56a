"""The clean process that cells are forked from: `python -I -m sandbox.zygote ROLE PARENT CONTROL_FD CELL_UID`.

Started by exec with an empty environment, so that no secret is ever in it; single-threaded; imports and warms all that
its cells can reach, then only forks, reaps and reports. It ends with its parent (parent-death signal, EOF on the
control socket), and its cells end with it.

Control socket (SOCK_SEQPACKET, JSON): asked {"fork": n, "memory": bytes, "ahead": bool} with the cell's socket, where a
child that is not needed yet rehearses; answers {"forked": n, "pid": pid} with a pidfd, or {"refused": n, "error":
text}; tells {"exited": pid, "status": s, "cpu": seconds, "peak": bytes}, and {"ready": layers} once at the start. One
that cannot go on says {"failed": text}.
"""

import gc
import os
import select
import signal
import socket
import sys
import traceback
import warnings
from typing import NoReturn, Protocol

import orjson

from sandbox import harden
from sandbox.scheduling import confine, steers_cells

MAX_REQUEST = 4096


class Role(Protocol):
    """What the children of this zygote are: warmed once here, served in each child after it is hardened."""

    def warm(self) -> None: ...

    def prepare(self) -> None:
        """In the child, before it is hardened: what needs system calls that are refused afterwards."""

    def rehearse(self) -> None:
        """In a hardened child that nobody waits for: the work it is for, with a script of ours."""

    def serve(self, layers: list[str], *, clear_refs: bool) -> None: ...


def main(role_name: str, parent: int, control_fd: int, cell_uid: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=control_fd)
    try:
        harden.parent_death_signal(parent)
        if steers_cells():
            confine()
        namespaces = harden.leave_namespaces()
        role = _role(role_name)
        role.warm()
        harden.get_ready(cell_uid)
        # A warning would open source files to show a line of them.
        warnings.simplefilter("ignore")
        gc.collect()
        gc.freeze()
        gc.disable()
        control.send(orjson.dumps({"ready": [f"namespace:{name}" for name in namespaces]}))
        _serve(control, role, cell_uid)
    except Exception:
        control.send(orjson.dumps({"failed": traceback.format_exc()[-3000:]}))


def _role(name: str) -> Role:
    # Each zygote imports only its own role: the one that runs scripts never holds a compiler.
    if name == "run":
        from sandbox.cell import RunRole

        return RunRole()
    from sandbox.compile_cell import CompileRole

    return CompileRole()


def _serve(control: socket.socket, role: Role, cell_uid: int) -> None:
    wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(wake_read, select.POLLIN)
    while True:
        ready = dict(poll.poll())
        if wake_read in ready:
            os.read(wake_read, 4096)
            _reap(control)
        if control.fileno() in ready:
            data, fds, _, _ = socket.recv_fds(control, MAX_REQUEST, 1)
            if not data:
                return
            _fork(control, role, orjson.loads(data), fds[0], cell_uid)


def _fork(control: socket.socket, role: Role, request: dict[str, int], cell_fd: int, cell_uid: int) -> None:
    zygote = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        os.close(cell_fd)
        control.send(orjson.dumps({"refused": request["fork"], "error": str(error)}))
        return
    if pid == 0:
        _child(role, request, cell_fd, cell_uid, zygote)
    os.close(cell_fd)
    # Before anything reaps it, so that the number cannot have passed to another process.
    pidfd = os.pidfd_open(pid)
    socket.send_fds(control, [orjson.dumps({"forked": request["fork"], "pid": pid})], [pidfd])
    os.close(pidfd)


def _child(role: Role, request: dict[str, int], cell_fd: int, cell_uid: int, zygote: int) -> NoReturn:
    status = harden.NOT_LOCKED_DOWN
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        role.prepare()
        clear_refs = harden.arrange_descriptors(cell_fd)
        layers = harden.harden(zygote, memory=request["memory"], clear_refs=clear_refs, cell_uid=cell_uid)
        status = harden.FAILED
        if request["ahead"]:
            role.rehearse()
        role.serve(layers, clear_refs=clear_refs)
        status = 0
    finally:
        # Whatever happened: a child must never fall back into the zygote's loop.
        os._exit(status)


def _reap(control: socket.socket) -> None:
    while True:
        try:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        report = {
            "exited": pid,
            "status": status,
            "cpu": usage.ru_utime + usage.ru_stime,
            "peak": usage.ru_maxrss * 1024,
        }
        control.send(orjson.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
