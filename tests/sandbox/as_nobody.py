"""Runs a module of the tests as a user without any right, in an interpreter that such a user may execute."""

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

NOBODY = 65534
ROOT = Path(__file__).parents[2]


def become_nobody() -> None:
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


@contextmanager
def place_for_nobody() -> Iterator[Path]:
    """A directory that anyone can enter, unlike those of pytest."""
    with TemporaryDirectory(prefix="hookcell-") as name:
        place = Path(name)
        place.chmod(0o777)
        yield place


def run_as_nobody(module: str, *arguments: str) -> Any:
    """What the module printed, as JSON. A root user's own interpreter may stand where nobody else can go; then one of
    the system's, of the same version, sees the same packages through an environment made for it."""
    with place_for_nobody() as place:
        minor = f"python3.{sys.version_info.minor}"
        for interpreter in (sys.executable, f"/usr/local/bin/{minor}", f"/usr/bin/{minor}"):
            if _runs(interpreter):
                break
        else:
            raise AssertionError(f"no {minor} that an unprivileged user can run: install one in /usr/bin")
        subprocess.run([interpreter, "-m", "venv", "--without-pip", place / "venv"], check=True)
        for packages in (place / "venv").glob("lib/*/site-packages"):
            (packages / "tests.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n")
        done = subprocess.run(
            [place / "venv" / "bin" / "python", "-m", module, *arguments],
            cwd="/",
            env={},
            capture_output=True,
            text=True,
            preexec_fn=become_nobody,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def _runs(interpreter: str) -> bool:
    try:
        done = subprocess.run([interpreter, "-c", ""], cwd="/", preexec_fn=become_nobody, capture_output=True)
    except OSError:
        return False
    return done.returncode == 0
