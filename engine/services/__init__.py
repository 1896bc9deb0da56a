"""What scripts may ask the host for: http, store, secrets, log.

`kit.py` is made once by the runtime and opens `run.py`'s services for each run; `http.py`, `store.py` and `secrets.py`
are one service each, `locks.py` keeps the writers of a key apart, `arguments.py` reads what a cell said.
"""

from engine.services.kit import ServiceKit, egress_of
from engine.services.locks import KeyLocks
from engine.services.run import RunServices
from engine.services.script_log import ScriptLog

__all__ = ["KeyLocks", "RunServices", "ScriptLog", "ServiceKit", "egress_of"]
