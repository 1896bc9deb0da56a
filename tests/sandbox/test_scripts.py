"""Ordinary scripts, one feature a file: the same result and the same log plain and sandboxed, and the expected one."""

import json
import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from sandbox import library
from tests.sandbox.scripting import call_hook, compiled

SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.py"))


@pytest.fixture(scope="module", autouse=True)
def _warmed() -> None:
    library.warm()


def header(source: str, key: str) -> Any:
    line = next(line for line in source.splitlines() if line.startswith(f"# {key}: "))
    return json.loads(line.partition(": ")[2])


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_gives_what_plain_python_gives(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = path.read_text(encoding="utf-8")
    plain, _ = call_hook(source, header(source, "request"), plain=True)
    printed = capsys.readouterr().out
    ours, log = call_hook(source, header(source, "request"))
    assert as_json(ours) == as_json(plain) == header(source, "expect")
    assert log == printed


# Runs in a process of its own: an audit hook cannot be taken back.
WATCH = """
import json, marshal, sys
from pathlib import Path
from sandbox import library
library.warm()
programs = json.load(sys.stdin)
from base64 import b64decode
touched = []
def hook(event, arguments):
    if event in ("open", "os.listdir", "os.scandir", "import", "socket.__new__", "subprocess.Popen", "ctypes.dlopen"):
        touched.append([event, str(arguments[0])])
sys.addaudithook(hook)
found = {}
for name, (code, request) in programs.items():
    names = library.begin(library.CallState(lambda text: None))
    exec(marshal.loads(b64decode(code)), names)
    hook_function = names.get("process_incoming") or names["Script"]().process_incoming
    hook_function(request)
    library.end()
    if touched:
        found[name] = touched[:]
        touched.clear()
print(json.dumps(found))
"""


def test_a_warmed_process_opens_no_file_and_imports_nothing_for_any_script() -> None:
    programs = {}
    for path in SCRIPTS:
        source = path.read_text(encoding="utf-8")
        programs[path.stem] = (b64encode(compiled(source).code).decode(), header(source, "request"))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WATCH],
        input=json.dumps(programs),
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {}
