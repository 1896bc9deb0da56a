"""The hostile scripts under `hostile/`: one file per technique, its header says what is expected.

    # family: frames
    # source: CVE-2023-37271
    # expect: rejected inspect-attribute | raised AttributeError
    # calls: 2                 what is expected is expected of the last of them
    # generate: "(" * 5000     an expression that makes the script, where it is too large or odd to be written down

Expected is one of `rejected RULE,RULE` (these rules among the diagnostics), `raised NAME`, `completed JSON`,
`timed-out`, `out-of-memory`, `output-too-large`, `crashed`, and `ended`: any way to end at all.
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox import (
    Completed,
    Crashed,
    JsonValue,
    NotRun,
    Outcome,
    OutOfMemory,
    OutputTooLarge,
    Raised,
    Rejected,
    TimedOut,
)

CORPUS = Path(__file__).parent / "hostile"
CANARY = "hookcell-canary-2d9c41"
# what never ends by itself, or takes all there is: nothing for a test without short limits
FAMILIES_OF_RESOURCES = ("time", "memory", "crashes")


@dataclass(frozen=True)
class Technique:
    family: str
    name: str
    source: str
    expected: tuple[str, ...]
    calls: int
    script: str

    @property
    def id(self) -> str:
        return f"{self.family}/{self.name}"

    def allows(self, end: "Outcome | Rejected") -> bool:
        return any(matches(one, end) for one in self.expected)


def read(path: Path) -> Technique:
    header: dict[str, str] = {}
    text = path.read_bytes().decode()
    while text.startswith("# ") and text[2:].split(":")[0] in ("family", "source", "expect", "calls", "generate"):
        line, _, text = text.partition("\n")
        key, _, value = line.removeprefix("# ").partition(": ")
        header[key] = value
    return Technique(
        family=header["family"],
        name=path.stem,
        source=header["source"],
        expected=tuple(header["expect"].split(" | ")),
        calls=int(header.get("calls", 1)),
        script=eval(header["generate"]) if "generate" in header else text,
    )


def techniques() -> list[Technique]:
    return [read(path) for path in sorted(CORPUS.glob("*/*.py"))]


def matches(expected: str, end: "Outcome | Rejected") -> bool:
    kind, _, detail = expected.partition(" ")
    match kind, end:
        case "rejected", Rejected(diagnostics=diagnostics):
            return set(detail.split(",")) <= {diagnostic.rule for diagnostic in diagnostics}
        case "raised", Raised(exception=exception):
            return exception == detail
        case "completed", Completed(value=value):
            return json.dumps(value) == json.dumps(json.loads(detail))
        case ("timed-out", TimedOut()) | ("out-of-memory", OutOfMemory()) | ("crashed", Crashed()):
            return True
        case "output-too-large", OutputTooLarge():
            return True
        case "ended", _:
            return not isinstance(end, NotRun | Rejected)
    return False


@dataclass
class Bait:
    """Everything a script could want, each with a canary in it; `taken` says what was."""

    directory: Path
    file: Path
    tcp: socket.socket
    udp: socket.socket
    abstract: socket.socket
    victim: int

    def request(self, call: int) -> dict[str, JsonValue]:
        return {
            "n": call,
            "list": [],
            "file": str(self.file),
            "directory": str(self.directory),
            "port": self.tcp.getsockname()[1],
            "udp": self.udp.getsockname()[1],
            "abstract": self.abstract.getsockname()[1:].decode(),
            "pid": self.victim,
        }

    def taken(self, end: object) -> list[str]:
        """What of the bait is gone or changed, and whether a canary is in how the script ended."""
        found = ["a canary was read"] if CANARY in repr(end) else []
        if sorted(self.directory.iterdir()) != [self.file] or self.file.read_text() != CANARY:
            found.append("files were changed")
        if self.file.stat().st_mode & 0o777 != 0o644:
            found.append("a mode was changed")
        for name, listener in (("tcp", self.tcp), ("udp", self.udp), ("an abstract socket", self.abstract)):
            try:
                listener.recv(1) if listener.type == socket.SOCK_DGRAM else listener.accept()[0].close()
                found.append(f"{name} was reached")
            except BlockingIOError:
                pass
        try:
            os.kill(self.victim, 0)
        except ProcessLookupError:
            found.append("a process was killed")
        return found


@contextmanager
def bait(directory: Path, victim: int) -> Iterator[Bait]:
    """Files, listeners and an environment variable; `victim` is a process nobody may signal or read."""
    directory.mkdir(exist_ok=True)
    directory.chmod(0o777)
    file = directory / "canary.txt"
    file.write_text(CANARY)
    file.chmod(0o644)
    with (
        pytest.MonkeyPatch.context() as patch,
        socket.socket() as tcp,
        socket.socket(type=socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX) as local,
    ):
        patch.setenv("HOOKCELL_CANARY", CANARY)
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        udp.bind(("127.0.0.1", 0))
        # Linux chooses an abstract name for an empty one
        local.bind("")
        local.listen()
        for listener in (tcp, udp, local):
            listener.setblocking(False)
        yield Bait(directory, file, tcp, udp, local, victim)
