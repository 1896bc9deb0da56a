"""The repository of examples/own-repository passes its own checks and tests, by the commands that it tells."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REPOSITORY = ROOT / "examples/own-repository"
PLUGIN = "engine.devtools.pytest_plugin"


def done(*command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(
        [sys.executable, *command], cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60
    )


def test_pytest_runs_its_payloads_and_its_tests() -> None:
    found = done("-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", "-W", "error", "-v", "--strict-markers")
    assert found.returncode == 0, found.stdout + found.stderr
    assert "integrations/incidents/integration.toml::opened PASSED" in found.stdout
    assert "test_every_payload_comes_to_what_is_expected[closed] PASSED" in found.stdout
    assert "13 passed" in found.stdout


def test_hookcell_checks_and_tests_it() -> None:
    for command in (["check", "integrations"], ["test", "integrations"]):
        found = done("-c", "from api.cli import main; main()", *command)
        assert found.returncode == 0, found.stdout + found.stderr
