"""What scripts may ask the host for: http, store, secrets, log.

`kit.py` is made once by the runtime and opens `run.py`'s services for each run; `http.py`, `store.py` and `secrets.py`
are one service each, `writers.py` keeps the writers of a key apart, of one process or (`shared_writers.py`) of all that
share a database, `arguments.py` reads what a cell said.
"""

from engine.services.kit import ServiceKit, egress_of
from engine.services.run import RunServices
from engine.services.script_log import ScriptLog
from engine.services.shared_writers import SharedWriters
from engine.services.store import Written
from engine.services.writers import LocalWriters

__all__ = ["LocalWriters", "RunServices", "ScriptLog", "ServiceKit", "SharedWriters", "Written", "egress_of"]
