"""What saving a script finds: its code, or Rocket.Chat's `scriptError`.

It is compiled and then loaded once in a throw-away cell. What befell a cell by no doing of the script is none of its
errors: then nothing is saved.
"""

import hashlib
import platform
import sys
from dataclasses import asdict

from engine.errors import Unavailable
from engine.model.json import JsonObject
from engine.model.scripts import SavedScript
from engine.scripts.failures import Ended, failure_of
from engine.scripts.hooks import FILENAME, HOOKS, HOOKS_OF, Kind
from engine.scripts.state import does_not_compile, label, missing_hook
from sandbox import Completed, Diagnostic, NotRun, Program, Raised, Rejected, Sandbox, policy_digest


async def saved(sandbox: Sandbox, source: str, kind: Kind) -> SavedScript:
    """Raises Unavailable when no cell is free."""
    key = code_key(source)
    compiled = await sandbox.compile(source, filename=FILENAME, hooks=HOOKS)
    if isinstance(compiled, NotRun):
        raise Unavailable("No cell is free to compile the script; nothing was stored. Try again in a moment.")
    if isinstance(compiled, Rejected):
        return SavedScript(key, None, (), None, diagnosed(compiled.diagnostics, source))
    program = Program(f"load/{key}", f"load/{key}", FILENAME, source, compiled.code, HOOKS)
    outcome = await sandbox.load(program)
    if isinstance(outcome, NotRun):
        raise Unavailable("No cell could load the script; nothing was stored. Try again in a moment.")
    if not isinstance(outcome, Completed):
        return SavedScript(key, None, (), None, _not_loaded(outcome))
    hooks = tuple(hook.name for hook in HOOKS if isinstance(outcome.value, list) and hook.name in outcome.value)
    if not HOOKS_OF[kind] & set(hooks):
        return SavedScript(key, None, hooks, None, _missing_hook(kind, hooks))
    return SavedScript(key, compiled.code, hooks, label(source), None)


def code_key(source: str) -> str:
    """What code is stored under: source, interpreter and policy, so that none outlives a change of them."""
    parts = (source, sys.implementation.cache_tag, platform.python_version(), policy_digest())
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def diagnosed(diagnostics: tuple[Diagnostic, ...], source: str) -> JsonObject:
    items: list[JsonObject] = []
    for diagnostic in diagnostics:
        fields = asdict(diagnostic)
        fields["endLine"], fields["endColumn"] = fields.pop("end_line"), fields.pop("end_column")
        items.append(fields)
    return does_not_compile(items, source, FILENAME)


def _not_loaded(outcome: Ended) -> JsonObject:
    failure = failure_of(outcome, "loading the script")
    name = outcome.exception if isinstance(outcome, Raised) else type(outcome).__name__
    message = outcome.message if isinstance(outcome, Raised) else failure.message
    return {"name": name, "message": message, "stack": failure.traceback or failure.message, "diagnostics": []}


def _missing_hook(kind: Kind, found: tuple[str, ...]) -> JsonObject:
    hooks = [hook for hook in HOOKS if hook.name in HOOKS_OF[kind]]
    parameters = ("request", "response")
    wanted = [f"`def {hook.name}({', '.join(parameters[: hook.arguments])})`" for hook in hooks]
    return missing_hook(kind, wanted, found)
