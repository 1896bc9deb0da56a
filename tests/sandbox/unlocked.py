"""Programs without the language layer: plain Python, compiled plainly, with the interpreter's own builtins.

What such a program cannot do, the system alone keeps it from. `python -m tests.sandbox.unlocked DIRECTORY` runs the
corpus so and prints what went wrong as JSON: the way to do that as another user.
"""

import asyncio
import json
import marshal
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox import Completed, Limits, NotRun, Outcome, Program, Sandbox
from tests.sandbox.cells import HOOKS, SHORT
from tests.sandbox.corpus import FAMILIES_OF_RESOURCES, Bait, Technique, bait, techniques

# `len` is the interpreter's own, and knows the module it is from.
PRELUDE = """
builtins = len.__self__
scope = {{"__builtins__": builtins, "__name__": "script"}}
builtins.exec({source!r}, scope)
process_incoming = scope.get("process_incoming") or scope["Script"]().process_incoming
"""
LIMITS: Limits = replace(SHORT, cpu_seconds=0.1, wall_seconds=0.3)


def unlocked(source: str, key: str = "unlocked") -> Program:
    code = compile(PRELUDE.format(source=source), "script.py", "exec", dont_inherit=True)
    return Program(key, key, "script.py", source, marshal.dumps(code), HOOKS)


@dataclass
class Stage:
    """A sandbox with a neighbour's warm cell in it, which nobody may touch."""

    sandbox: Sandbox
    neighbour: Program

    async def pid_of_neighbour(self) -> int:
        told = await self.sandbox.call(self.neighbour, "process_incoming", {})
        assert isinstance(told, Completed) and isinstance(told.value, int), told
        return told.value

    async def end_of(self, technique: Technique, laid: Bait) -> Outcome:
        program = unlocked(technique.script, technique.id)
        return await self.sandbox.call(program, "process_incoming", laid.request(0), overall_seconds=8)


async def violations(directory: Path) -> dict[str, str]:
    """What each technique of the corpus got that it must not get, by its id; the layers in force under `layers`."""
    found: dict[str, str] = {}
    stage = Stage(Sandbox(LIMITS), unlocked("import os\ndef process_incoming(request):\n    return os.getpid()\n"))
    with bait(directory, 0) as laid:
        await stage.sandbox.start()
        try:
            laid.victim = await stage.pid_of_neighbour()
            for technique in techniques():
                if technique.family in FAMILIES_OF_RESOURCES:
                    continue
                end = await stage.end_of(technique, laid)
                wrong = laid.taken(end)
                if isinstance(end, NotRun):
                    wrong.append("it was not run")
                if technique.family == "system" and isinstance(end, Completed) and "escaped" in str(end.value):
                    wrong.append(f"it got {end.value}")
                if await stage.pid_of_neighbour() != laid.victim:
                    wrong.append("its neighbour was killed")
                if wrong:
                    found[technique.id] = f"{', '.join(wrong)}: {end}"
            found["layers"] = " ".join(sorted(stage.sandbox.layers))
        finally:
            await stage.sandbox.close()
    return found


if __name__ == "__main__":
    found = asyncio.run(violations(Path(sys.argv[1])))
    print(json.dumps({"uid": os.getuid(), "found": found}))  # noqa: T201
