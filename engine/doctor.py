"""What the operator is told of the sandbox on this system: each layer, what was tried in real cells, what to do.

A layer that is needed makes a system unfit when it is missing; the others stand behind it, so that one that cannot be
had is worth a word and no more. Whatever a cell was not kept from makes a system unfit as well.
"""

import os
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from engine.scripts import NEEDED_LAYERS, Tried

ARCHITECTURES = ("x86_64", "aarch64")
UNFIT = "Or set HOOKCELL_ALLOW_WEAK_SANDBOX=1 where you trust every author of a script."


@dataclass(frozen=True, slots=True)
class System:
    """What the advice depends on; `kernel` is its release, as `uname -r` says it."""

    platform: str
    machine: str
    kernel: str
    root: bool


@dataclass(frozen=True, slots=True)
class Layer:
    """`does` says what it keeps scripts from; `advice` what to do where it is missing, '' where it is in force."""

    name: str
    in_force: bool
    needed: bool
    does: str
    advice: str


DOES = {
    "seccomp": "every system call but those that computing takes",
    "rlimits": "memory beyond the limit; files, processes, descriptors",
    "pdeathsig": "outliving the server",
    "landlock": "files, TCP, signals to other processes",
    "uid": "the rights of the server's user",
    "namespaces": "the host's network and IPC",
}


def this_system() -> System:
    return System(sys.platform, platform.machine(), platform.release(), hasattr(os, "getuid") and os.getuid() == 0)


def unsupported(system: System) -> str | None:
    """Why no script can be locked down on such a system at all, and what to do; None for one where it can."""
    if system.platform != "linux":
        return (
            f"Scripts are locked down by what Linux offers; this system is {system.platform}. Run hookcell in a Linux "
            "machine or container."
        )
    if system.machine not in ARCHITECTURES:
        return (
            f"The system call filter is written for {' and '.join(ARCHITECTURES)}; this machine is {system.machine}, "
            f"where hookcell refuses to serve. Run it on one of those. {UNFIT}"
        )
    return None


def examine(layers: Iterable[str], system: System) -> tuple[Layer, ...]:
    """The layers in the order in which they matter; `layers` are those that the cells told of."""
    found = set(layers)
    namespaces = sorted(name.partition(":")[2] for name in found if name.startswith("namespace:"))
    if namespaces:
        found.add("namespaces")
    does = DOES | {"namespaces": f"{DOES['namespaces']} ({', '.join(namespaces)})"} if namespaces else DOES
    return tuple(
        Layer(name, name in found, name in NEEDED_LAYERS, does[name], "" if name in found else _advice(name, system))
        for name in DOES
    )


def is_fit(layers: Iterable[Layer], tried: Iterable[Tried]) -> bool:
    return all(layer.in_force for layer in layers if layer.needed) and all(one.held for one in tried)


def _advice(name: str, system: System) -> str:
    match name:
        case "seccomp":
            refused = (
                f"The kernel ({system.kernel}) refused the filter: it needs CONFIG_SECCOMP_FILTER, which every "
                "distribution's kernel has. In a container, let prctl through (Docker's default profile does), and "
                "do not run under gVisor or another emulated kernel."
            )
            return f"{unsupported(system) or refused} {UNFIT}".replace(f"{UNFIT} {UNFIT}", UNFIT)
        case "landlock":
            return (
                f"Optional. It needs Linux 5.13 or later (this is {system.kernel}) with landlock among the modules in "
                "/sys/kernel/security/lsm, and in a container a profile that lets its calls through: Docker's default "
                "one does from version 23 on. Without it, seccomp alone refuses files and sockets."
            )
        case "uid":
            return (
                "Optional. The server does not run as root, so its cells keep its user: give it one of its own that "
                "owns nothing but the data folder."
            )
        case "namespaces":
            who = "root without CAP_SYS_ADMIN" if system.root else "an unprivileged user"
            return (
                f"Optional. unshare is refused to {who} here: Docker's default profile does so, and Ubuntu does it by "
                "kernel.apparmor_restrict_unprivileged_userns. Without it, seccomp alone refuses sockets."
            )
    return f"Linux has it in every version that hookcell runs on; look at how this process was started. {UNFIT}"
