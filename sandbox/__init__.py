"""Runs Python scripts that nobody trusts. The names below are all that others import.

They are looked up on first use, because the children of this package are started from it too and must not load the
server's half (asyncio among it).
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.limits import Limits
    from sandbox.nursery import NurseryDown
    from sandbox.outcome import (
        Completed,
        Crashed,
        Diagnostic,
        JsonValue,
        LogLine,
        NotRun,
        Outcome,
        OutOfMemory,
        OutputTooLarge,
        Raised,
        Receipt,
        TimedOut,
        TraceLine,
    )
    from sandbox.policy import policy_digest
    from sandbox.program import Body, Compiled, HookForm, Program, Rejected
    from sandbox.sandbox import Sandbox
    from sandbox.selftest import Tried
    from sandbox.services import ServiceError, Services

_HOME = {
    "Body": "program",
    "Compiled": "program",
    "Completed": "outcome",
    "Crashed": "outcome",
    "Diagnostic": "outcome",
    "HookForm": "program",
    "JsonValue": "outcome",
    "Limits": "limits",
    "LogLine": "outcome",
    "NotRun": "outcome",
    "NurseryDown": "nursery",
    "OutOfMemory": "outcome",
    "Outcome": "outcome",
    "OutputTooLarge": "outcome",
    "Program": "program",
    "Raised": "outcome",
    "Receipt": "outcome",
    "Rejected": "program",
    "Sandbox": "sandbox",
    "ServiceError": "services",
    "Services": "services",
    "TimedOut": "outcome",
    "TraceLine": "outcome",
    "Tried": "selftest",
    "policy_digest": "policy",
}

__all__ = [
    "Body",
    "Compiled",
    "Completed",
    "Crashed",
    "Diagnostic",
    "HookForm",
    "JsonValue",
    "Limits",
    "LogLine",
    "NotRun",
    "NurseryDown",
    "OutOfMemory",
    "Outcome",
    "OutputTooLarge",
    "Program",
    "Raised",
    "Receipt",
    "Rejected",
    "Sandbox",
    "ServiceError",
    "Services",
    "TimedOut",
    "TraceLine",
    "Tried",
    "policy_digest",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(name)
    import importlib

    return getattr(importlib.import_module(f"sandbox.{_HOME[name]}"), name)
