import json
import os
import subprocess
import sys

# In a process of its own, which is given the orphans below it as process 1 is.
ADOPTING = """
import asyncio, ctypes, json, os, signal, time
from sandbox import Sandbox, orphans
from sandbox.orphans import Orphans, ended_children
from tests.sandbox.cells import SHORT, HOOKS
from sandbox import Program, Compiled

PR_SET_CHILD_SUBREAPER = 36
assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
orphans.LOOK_EVERY_SECONDS = 0.1

async def main():
    sandbox = Sandbox(SHORT)
    await sandbox.start()
    compiled = await sandbox.compile("def process_incoming(request):\\n    return 1\\n", hooks=HOOKS)
    program = Program("key", "owner", "script.py", "", compiled.code, HOOKS)
    assert (await sandbox.call(program, "process_incoming", {})).value == 1
    own = os.spawnv(os.P_NOWAIT, "/bin/true", ["true"])
    os.kill(sandbox._scripts.pid, signal.SIGKILL)
    left = set()
    for _ in range(2000):
        await asyncio.sleep(0.01)
        left = ended_children() - {own}
        if len(left) > 0 and sandbox._scripts.pid:
            break
    reaper = Orphans(adopts=True)
    reaper.look()
    seen_once = len(ended_children() & left) == len(left)
    os.waitpid(own, 0)
    reaper.start()
    for _ in range(500):
        await asyncio.sleep(0.01)
        if not ended_children():
            break
    reaper.close()
    still = len(ended_children())
    again = (await sandbox.call(program, "process_incoming", {})).value
    await sandbox.close()
    return {"left": len(left), "seen_once": seen_once, "still": still, "again": again}

print(json.dumps(asyncio.run(main())))
"""


def test_whoever_is_given_orphans_reaps_the_cells_of_a_dead_zygote_and_leaves_its_own_children_to_their_owner() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ADOPTING],
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["left"] > 0 and told["seen_once"]
    assert (told["still"], told["again"]) == (0, 1)
