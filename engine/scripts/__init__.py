"""The hook contract, and the only package that imports the sandbox.

`hooks.py` says which hooks there are, `calling.py` calls them, `results.py` says what each value means that they may
return: the contract's three tables; whatever those do not name is a failure that says what to return instead.
`failures.py` has the words for calls without a result, `saving.py` what compiling and loading found, `state.py` how a
record shows it, `library.py` what scripts can import.
"""

from engine.model.scripts import SavedScript, Script
from engine.scripts.calling import NEEDED_LAYERS, HookServices, Scripts, ServiceError, Tried
from engine.scripts.failures import BAD_ARGUMENTS
from engine.scripts.hooks import FILENAME, HOOKS, HOOKS_OF, INCOMING_SECONDS, OUTGOING_SECONDS, SHOW, Kind
from engine.scripts.library import builtin_names, library_table

__all__ = [
    "BAD_ARGUMENTS",
    "FILENAME",
    "HOOKS",
    "HOOKS_OF",
    "INCOMING_SECONDS",
    "NEEDED_LAYERS",
    "OUTGOING_SECONDS",
    "SHOW",
    "HookServices",
    "Kind",
    "SavedScript",
    "Script",
    "Scripts",
    "ServiceError",
    "Tried",
    "builtin_names",
    "library_table",
]
