"""The shape of the house, beside what import-linter checks: who loads what at run time, and how large a file may be."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("sandbox", "engine", "api")
MOST_LINES = 400

LOADED = """
import sys
import {module}
tops = {{name.partition(".")[0] for name in sys.modules}}
print(*sorted(tops - set(sys.stdlib_module_names)))
print(*(name for name in {looked_for!r} if name in sys.modules))
"""


def loaded_by(module: str, looked_for: tuple[str, ...] = ()) -> tuple[set[str], set[str]]:
    """The packages beside the standard library that importing loads, and which of `looked_for` are among the loaded."""
    program = LOADED.format(module=module, looked_for=looked_for)
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True, timeout=30)
    others, found = done.stdout.split("\n")[:2]
    # what begins with an underscore and `sitecustomize` came with the environment, `script` is what scripts belong to
    theirs = {"script", "sitecustomize"}
    return {name for name in others.split() if name not in theirs and not name.startswith("_")}, set(found.split())


def test_a_cell_is_born_with_the_library_and_nothing_of_the_server() -> None:
    packages, found = loaded_by("sandbox.cell", ("asyncio", "RestrictedPython", "sandbox.pool", "sandbox.compiler"))
    assert packages <= {"sandbox", "orjson", "tzdata"}
    assert found == set()


def test_a_compile_cell_has_the_compiler_and_nothing_of_the_server() -> None:
    packages, found = loaded_by("sandbox.compile_cell", ("asyncio", "sandbox.pool", "RestrictedPython"))
    assert packages <= {"sandbox", "orjson", "RestrictedPython"}
    assert found == {"RestrictedPython"}


def test_the_server_never_loads_the_compiler() -> None:
    _, found = loaded_by("engine.runtime", ("RestrictedPython", "sandbox.compiler", "sandbox.language", "sandbox.cell"))
    assert found == set()


def test_the_engine_needs_no_web_server() -> None:
    packages, _ = loaded_by("engine.runtime")
    assert not packages & {"starlette", "uvicorn", "typer", "api"}


def test_every_package_says_what_it_is() -> None:
    assert [name for name in (*PACKAGES, "examples", "tests") if not (ROOT / name / "README.md").is_file()] == []


def test_files_hold_one_idea() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        if (lines := len(file.read_text().splitlines())) > MOST_LINES
    }
    assert long == {}


def test_the_top_level_is_as_agreed() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    tops = {line.split("/")[0] for line in done.stdout.split("\n") if line}
    named = {"pyproject.toml", "README.md", "Makefile", "LICENSE", "CHANGELOG.md", *PACKAGES, "examples", "tests"}
    assert {name for name in tops if not name.startswith(".")} <= named
