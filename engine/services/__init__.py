"""What scripts may ask the host for: http, store, secrets, log.

`kit.py` is made once by the runtime and opens `run.py`'s services for each run; `http.py`, `store.py` and `secrets.py`
are one service each, `writers.py` keeps the writers of a key apart, of one process or (`shared_writers.py`) of all that
share a database, `arguments.py` reads what a cell said, `egress.py` says what an integration may reach.

What only a server needs is looked up on first use: an author's tools have no database, and start without one.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.services.egress import egress_of
from engine.services.run import RunServices
from engine.services.store import Written
from engine.services.writers import LocalWriters

if TYPE_CHECKING:
    from engine.services.kit import ServiceKit
    from engine.services.script_log import ScriptLog
    from engine.services.shared_writers import SharedWriters

_HOME = {"ScriptLog": "script_log", "ServiceKit": "kit", "SharedWriters": "shared_writers"}

__all__ = ["LocalWriters", "RunServices", "ScriptLog", "ServiceKit", "SharedWriters", "Written", "egress_of"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"engine.services.{_HOME[name]}"), name)
