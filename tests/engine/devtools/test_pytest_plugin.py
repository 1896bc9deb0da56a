"""The plugin in sessions of its own: off until it is asked, and what its fixtures say when something does not fit."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from engine.devtools.making import make
from engine.devtools.pytest_plugin import is_integration

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


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `pip install` puts into site-packages, of the wheel as it is built."""
    built = tmp_path_factory.mktemp("wheel")
    build = f"from hatchling.build import build_wheel; build_wheel({str(built)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=ROOT, check=True, capture_output=True, timeout=60)
    (wheel,) = built.glob("*.whl")
    with ZipFile(wheel) as packed:
        packed.extractall(built / "site")
    return built / "site"


def pytest_with(site: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """`python -m pytest`, which finds its plugins by itself and puts the folder before all that is installed."""
    environment = os.environ | {"PYTHONPATH": str(site)}
    environment.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD", None)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


def test_pytest_finds_it_by_its_entry_point(installed: Path, folder: Path) -> None:
    done = pytest_with(installed, folder)
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_a_repository_with_an_engine_of_its_own_is_left_alone(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine/__init__.py").write_text("VALUE = 'mine'\n")
    (tmp_path / "test_a.py").write_text("import engine\ndef test_it():\n    assert engine.VALUE == 'mine'\n")
    done = pytest_with(installed, tmp_path)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_a_folder_that_asks_where_hookcell_is_hidden_is_told_how_to_run_it(installed: Path, folder: Path) -> None:
    (folder / "engine").mkdir()
    (folder / "engine/__init__.py").touch()
    (folder / "test_a.py").write_text("import pytest\n@pytest.mark.hookcell('deploys')\ndef test_a(hook): pass\n")
    done = pytest_with(installed, folder)
    said = (
        f"{folder}/engine hides hookcell's package engine: run `pytest`, not `python -m pytest`, or give yours another"
    )
    assert done.stdout.count(said) >= 2, done.stdout + done.stderr
    assert "2 errors" in done.stdout
    assert "Traceback" not in done.stdout


def test_it_costs_nothing_where_nobody_asks(tmp_path: Path) -> None:
    (tmp_path / "test_plain.py").write_text(PLAIN)
    (tmp_path / "integration.toml").write_text('kind = "of something else"\n')
    done = pytest_in(tmp_path)
    assert "1 passed" in done.stdout, done.stdout


def test_a_pipe_of_that_name_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "integration.toml")
    assert not is_integration(tmp_path)


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


def test_a_broken_file_is_the_failure_of_its_own_payload(folder: Path) -> None:
    (folder / "deploys/expected/started.json").write_text("[}")
    done = pytest_in(folder)
    assert "expected/started.json: is not JSON" in done.stdout
    assert "1 failed, 1 passed" in done.stdout


def test_a_script_that_does_not_compile_is_told_with_its_line(folder: Path) -> None:
    (folder / "deploys/script.py").write_text("def process_incoming(request):\n    return open('x')\n")
    done = pytest_in(folder)
    assert "script.py:2:12: open() is not available" in done.stdout
    (folder / "test_a.py").write_text(
        "import pytest\n"
        "@pytest.mark.hookcell('deploys')\ndef test_one(hook): pass\n"
        "@pytest.mark.hookcell('nowhere')\ndef test_two(hook): pass\n"
    )
    done = pytest_in(folder, "test_a.py")
    assert "script.py:2:12: open() is not available" in done.stdout and "nowhere/payloads: is missing" in done.stdout
    assert "2 errors" in done.stdout and "pytest_fixtures.py" not in done.stdout


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
