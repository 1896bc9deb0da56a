"""The plugin in sessions of its own: off until it is asked, and what its fixtures say when something does not fit."""

import os
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from engine.devtools.making import make

ROOT = Path(__file__).parents[3]
PLUGIN = "engine.devtools.pytest_plugin"
HEAVY = ("asyncio", "engine.devtools.fixtures", "engine.scripts", "pydantic", "sqlalchemy", "httpx2", "orjson")
PLAIN = f"""
import sys
import pytest

@pytest.fixture
def payload():
    return "mine"

def test_nothing_of_hookcell_is_loaded(payload):
    assert payload == "mine"
    assert [name for name in {HEAVY!r} if name in sys.modules] == []
"""


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", "-W", "error", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    (folder / "pytest.ini").write_text("[pytest]\n")
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make(tmp_path / "deploys", "incoming")
    return tmp_path


def test_pytest_finds_it_by_its_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"hookcell": PLUGIN}
    assert import_module(PLUGIN).MARK == "hookcell"


def test_it_costs_nothing_where_nobody_asks(tmp_path: Path) -> None:
    (tmp_path / "test_plain.py").write_text(PLAIN)
    (tmp_path / "integration.toml").write_text('kind = "of something else"\n')
    done = pytest_in(tmp_path)
    assert "1 passed" in done.stdout, done.stdout


def test_the_layout_asks_for_it(folder: Path) -> None:
    tests = folder / "deploys/tests"
    tests.mkdir()
    (tests / "test_it.py").write_text("def test_it(hook, payload):\n    assert hook(payload).differences == []\n")
    done = pytest_in(folder, "-v")
    assert "deploys/integration.toml::started PASSED" in done.stdout, done.stdout
    assert "test_it.py::test_it[succeeded] PASSED" in done.stdout
    assert "4 passed" in done.stdout


def test_a_payload_that_differs_is_told_in_the_words_of_hookcell_test(folder: Path) -> None:
    (folder / "deploys/expected/started.json").write_text('{"messages": [{"text": "x"}]}')
    (folder / "deploys/expected/succeeded.json").unlink()
    done = pytest_in(folder)
    assert "messages: expected 1 item, got 0 items" in done.stdout
    assert "expected/succeeded.json is not there; hookcell test --update writes it" in done.stdout
    assert "Traceback" not in done.stdout
    assert "2 failed" in done.stdout


def test_a_script_that_does_not_compile_is_told_with_its_line(folder: Path) -> None:
    (folder / "deploys/script.py").write_text("def process_incoming(request):\n    return open('x')\n")
    done = pytest_in(folder)
    assert "script.py:2:12: open() is not available" in done.stdout


def test_a_test_that_names_no_integration_is_told_how(folder: Path) -> None:
    (folder / "test_a.py").write_text(
        "import pytest\n"
        "@pytest.mark.hookcell('deploys', payloads=['started'])\n"
        "def test_one(hook, payload):\n    assert hook(payload).messages == []\n"
        "def test_none(hook):\n    pass\n"
        "def test_no_payload(payload):\n    pass\n"
    )
    done = pytest_in(folder, "test_a.py")
    assert '@pytest.mark.hookcell("path/to/its/folder")' in done.stdout
    assert "1 passed, 2 errors" in done.stdout


@pytest.mark.parametrize(
    ("mark", "said"),
    [("'nowhere'", "nowhere"), ("'deploys', payloads=['stopped']", "there is no payload stopped; there are started, ")],
)
def test_a_mark_that_does_not_fit_is_told(folder: Path, mark: str, said: str) -> None:
    (folder / "test_a.py").write_text(
        f"import pytest\npytestmark = pytest.mark.hookcell({mark})\ndef test_a(payload): pass\n"
    )
    done = pytest_in(folder, "test_a.py")
    assert done.returncode == 2
    assert said in done.stdout


def test_what_a_hook_is_called_with_is_what_the_script_is_given(folder: Path) -> None:
    make(folder / "asking", "outgoing")
    (folder / "test_a.py").write_text(
        "import pytest\n"
        "from datetime import datetime, UTC\n"
        "@pytest.mark.hookcell('deploys')\n"
        "async def nothing(): pass\n"
        "@pytest.mark.hookcell('deploys')\n"
        "def test_bodies(hook):\n"
        "    body = {'state': 'failed', 'service': 'a', 'version': '1', 'url': 'https://x.example/'}\n"
        "    assert hook(body).message['attachments'][0]['color'] == '#a30200'\n"
        "    assert hook(b'[1').error['kind'] == 'raised'\n"
        "    with pytest.raises(AssertionError, match='0 messages, not one'):\n"
        "        hook({'state': 'started'}).message\n"
        "@pytest.mark.hookcell('asking', payloads=['asked'])\n"
        "def test_answers(hook, payload):\n"
        "    result = hook(payload, response={'status': 200, 'body': {'answer': 'now'}})\n"
        "    assert result.message['text'] == 'now'\n"
        "    assert result.request['data'] == {'question': 'what is the time?', 'asker': 'ann'}\n"
    )
    done = pytest_in(folder, "test_a.py")
    assert "2 passed" in done.stdout, done.stdout
