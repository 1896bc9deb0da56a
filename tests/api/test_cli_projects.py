"""`hookcell push`, `pull` and `list` against a real server, as their user meets them."""

import json
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from tests.api.servers import ADMIN_PASS, Running, running
from tests.api.terminals import hookcell

ROOT = Path(__file__).parents[2]

SETTINGS = """\
# deploys of all services
type = "webhook-incoming"
name = "{name}"
enabled = true
username = "rocket.cat"
channel = "#general"
alias = "Deploys"  # who it says it is
scriptEnabled = true
"""
SCRIPT = "def process_incoming(request):\n    return 'one'\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.fixture(autouse=True)
def login(server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("HOOKCELL_URL", "HOOKCELL_USER_ID", "HOOKCELL_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert ran("login", url(server), lines=ADMIN_PASS).exit_code == 0


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """An integration of its own for each test, not pushed yet."""
    made = tmp_path / "deploys"
    made.mkdir()
    (made / "script.py").write_text(SCRIPT)
    (made / "integration.toml").write_text(SETTINGS.format(name=request.node.name))
    return made


def ran(*arguments: str | Path, lines: str = "") -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=lines)


def url(server: Running) -> str:
    return str(server.client.base_url).rstrip("/")


def pushed(folder: Path, *arguments: str) -> str:
    done = ran("push", folder, "--yes", *arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


def values(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "integration.toml").read_text())


def record(server: Running, folder: Path) -> Any:
    answer = server.admin.get("/api/v1/integrations.get", params={"integrationId": values(folder)["_id"]})
    return answer.json()["integration"]


def change(server: Running, folder: Path, **fields: object) -> None:
    """By somebody else, on the server."""
    before = record(server, folder)
    kept = {key: before[key] for key in ("type", "name", "enabled", "scriptEnabled", "username")}
    body = {**kept, "channel": ",".join(before["channel"]), **fields, "integrationId": before["_id"]}
    answer = server.admin.put("/api/v1/integrations.update", json=body)
    assert answer.status_code == 200, answer.text


def put(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))


def test_the_first_push_creates_and_remembers_which_it_is(server: Running, folder: Path) -> None:
    done = ran("push", folder, lines="n\n")
    assert done.exit_code == 1 and "_id" not in values(folder)
    said = pushed(folder)
    assert "+name: test_the_first_push" in said and "+    return 'one'" in said
    made = record(server, folder)
    assert made["script"] == SCRIPT and made["alias"] == "Deploys" and made["channel"] == ["#general"]
    hook = next(line for line in said.splitlines() if "/hooks/" in line).split()[3].rstrip(":")
    assert server.client.post(hook, json={}).status_code == 200
    text = (folder / "integration.toml").read_text()
    assert text.startswith("# deploys of all services\n") and "# who it says it is" in text
    assert values(folder)["_updatedAt"] == made["_updatedAt"]


def test_a_push_shows_what_changes_asks_and_says_when_nothing_does(server: Running, folder: Path) -> None:
    pushed(folder)
    assert "is as it is here already" in pushed(folder)
    put(folder, "script.py", "'one'", "'two'")
    put(folder, "integration.toml", 'alias = "Deploys"', 'emoji = ":rocket:"')
    done = ran("push", folder, lines="y\n")
    assert done.exit_code == 0
    for line in ("-alias: Deploys", "+emoji: :rocket:", "-    return 'one'", "+    return 'two'"):
        assert line in done.stdout
    made = record(server, folder)
    assert "alias" not in made and made["emoji"] == ":rocket:" and "'two'" in made["script"]
    assert "is as it is here already" in pushed(folder)


def test_what_does_not_compile_or_has_no_hook_is_not_pushed(server: Running, folder: Path) -> None:
    for script, said in (
        ("def process_incoming(request)\n", ":1:30: "),
        ("x = 1\n", "process_incoming"),
        ("1/0\n", "ZeroDivisionError"),
    ):
        (folder / "script.py").write_text(script)
        done = ran("push", folder, "--yes")
        assert (done.exit_code, done.stdout) == (1, "") and said in done.stderr
    put(folder, "integration.toml", "scriptEnabled = true", "scriptEnabled = false")
    pushed(folder)


def test_a_change_of_somebody_elses_is_told_and_needs_force(server: Running, folder: Path) -> None:
    pushed(folder)
    change(server, folder, alias="Others")
    put(folder, "script.py", "'one'", "'two'")
    done = ran("push", folder, "--yes")
    assert (
        done.exit_code == 1 and "admin changed it on the server at" in done.stderr and "-alias: Others" in done.stdout
    )
    assert record(server, folder)["alias"] == "Others"
    pushed(folder, "--force")
    assert record(server, folder)["alias"] == "Deploys"
    pushed(folder)


def test_a_pull_takes_what_is_new_and_keeps_comments(server: Running, folder: Path) -> None:
    pushed(folder)
    change(
        server, folder, alias="Others", emoji=":a:", script=SCRIPT.replace("one", "two"), hookcell={"history": "off"}
    )
    done = ran("pull", folder)
    assert done.exit_code == 0 and "+alias: Others" in done.stdout
    text = (folder / "integration.toml").read_text()
    assert text.startswith("# deploys of all services\n") and 'alias = "Others"  # who it says it is' in text
    assert values(folder)["hookcell"] == {"history": "off"} and values(folder)["emoji"] == ":a:"
    assert "'two'" in (folder / "script.py").read_text()
    assert "already" in ran("pull", folder).stdout
    assert "already" in pushed(folder)


def test_a_pull_throws_away_nothing_that_was_changed_here(server: Running, folder: Path) -> None:
    pushed(folder)
    put(folder, "script.py", "'one'", "'mine'")
    done = ran("pull", folder)
    assert done.exit_code == 1 and "the server has nothing new" in done.stderr
    change(server, folder, alias="Others")
    done = ran("pull", folder)
    assert done.exit_code == 1 and "both sides were changed" in done.stderr
    assert "'mine'" in (folder / "script.py").read_text() and values(folder)["alias"] == "Deploys"
    assert ran("pull", folder, "--force").exit_code == 0
    assert "'one'" in (folder / "script.py").read_text() and values(folder)["alias"] == "Others"


def test_a_folder_is_made_of_an_integration_and_pushed_back(server: Running, tmp_path: Path) -> None:
    outgoing = {
        "type": "webhook-outgoing", "name": "Tickets, all of them", "event": "sendMessage", "enabled": True, "username": "rocket.cat",
        "channel": "#general,all_public_channels", "urls": ["http://127.0.0.1:9/"], "triggerWords": ["!t"], "token": "a secret token",
        "scriptEnabled": False, "retryFailedCalls": True, "hookcell": {"loopDepth": 2},
    }  # fmt: skip
    created = server.admin.post("/api/v1/integrations.create", json=outgoing).json()["integration"]
    target = tmp_path / "new" / "tickets"
    done = ran("pull", target, "--adopt", "Tickets, all of them")
    assert done.exit_code == 0, done.output
    assert "a secret token" not in (target / "integration.toml").read_text()
    assert (target / ".gitignore").read_text() == "secrets.toml\n"
    assert "already" in pushed(target)
    put(target, "integration.toml", "!t", "!ticket")
    pushed(target)
    after = record(server, target)
    assert (after["triggerWords"], after["token"], after["_id"]) == (["!ticket"], "a secret token", created["_id"])


def test_an_integration_that_is_there_is_adopted(server: Running, folder: Path) -> None:
    pushed(folder)
    id = values(folder)["_id"]
    (folder / "integration.toml").write_text(SETTINGS.format(name=values(folder)["name"]))
    done = ran("push", folder, lines="n\n")
    assert f"--adopt {id} pushes to that one" in done.stderr
    put(folder, "script.py", "'one'", "'adopted'")
    pushed(folder, "--adopt", id)
    assert values(folder)["_id"] == id and "'adopted'" in record(server, folder)["script"]
    (folder / "integration.toml").write_text((folder / "integration.toml").read_text().replace("incoming", "outgoing"))
    assert ran("push", folder, "--yes").exit_code == 2


def test_one_that_is_gone_says_what_to_do(server: Running, folder: Path) -> None:
    pushed(folder)
    id = values(folder)["_id"]
    server.admin.post("/api/v1/integrations.remove", json={"type": "webhook-incoming", "integrationId": id})
    for command in ("push", "pull"):
        done = ran(command, folder)
        assert done.exit_code == 2 and f"says _id {id}, which {url(server)} does not have" in done.stderr


def test_wrong_names_and_several_of_one_name_are_told(server: Running, folder: Path, tmp_path: Path) -> None:
    pushed(folder)
    first = values(folder)
    (folder / "integration.toml").write_text(SETTINGS.format(name=first["name"]))
    pushed(folder)
    done = ran("pull", tmp_path / "x", "--adopt", first["name"])
    assert done.exit_code == 1 and "There are several: " in done.stderr and first["_id"] in done.stderr
    done = ran("pull", tmp_path / "x", "--adopt", "nothing like it")
    assert done.exit_code == 1 and "has no integration nothing like it. There are " in done.stderr
    assert ran("pull", tmp_path / "x").exit_code == 2
    assert ran("push", tmp_path / "x").exit_code == 2


def test_list_shows_what_there_is_without_tokens(
    server: Running, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed(folder)
    monkeypatch.setenv("COLUMNS", "200")
    name, id = values(folder)["name"], values(folder)["_id"]
    (line,) = ran("list", name).stdout.splitlines()[1:]
    assert line.split()[:6] == [id, name, "incoming", "enabled", "on", "#general"]
    (shown,) = [json.loads(line) for line in ran("list", name, "--json").stdout.splitlines()]
    assert shown["_id"] == values(folder)["_id"] and "token" not in shown and "script" not in shown
    assert ran("list", "nothing like it").stdout == "There are none.\n"


def test_a_login_that_is_over_and_a_server_that_is_away_say_what_to_do(
    server: Running, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOKCELL_USER_ID", "nobody")
    monkeypatch.setenv("HOOKCELL_AUTH_TOKEN", "wrong")
    done = ran("list", "--url", url(server))
    assert (done.exit_code, done.stderr) == (
        1,
        f"The login to {url(server)} is over. Log in again: hookcell login {url(server)}\n",
    )
    done = ran("push", folder, "--url", "http://127.0.0.1:9")
    assert done.exit_code == 1 and "http://127.0.0.1:9 does not answer as a server of hookcell does" in done.stderr
    monkeypatch.delenv("HOOKCELL_USER_ID")
    done = ran("list", "--url", "http://127.0.0.1:9")
    assert (done.exit_code, done.stderr) == (2, "Log in first: hookcell login http://127.0.0.1:9\n")


def test_ctrl_c_is_an_answer_to_a_question(folder: Path) -> None:
    with hookcell("push", folder, folder=ROOT, ends_with=1) as typist:
        typist.see("[y/N]: ")
        for _ in range(3):
            # one that comes just before the terminal is read from is heard by nobody
            typist.type(b"\x03")
            with suppress(subprocess.TimeoutExpired):
                typist.process.wait(6)
                break
    assert "_id" not in values(folder)


def test_a_folder_that_cannot_be_written_says_so_after_which_integration_was_made(
    server: Running, folder: Path
) -> None:
    # where what is to be written goes first
    (folder / ".integration.toml.part").mkdir()
    done = ran("push", folder, "--yes")
    assert done.exit_code == 2 and "integration.toml: cannot be written: Is a directory" in done.stderr
    (made,) = [json.loads(line) for line in ran("list", values(folder)["name"], "--json").stdout.splitlines()]
    assert f"Created: {made['name']} ({made['_id']})." in done.stdout
