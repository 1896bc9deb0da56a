"""`hookcell login` and `hookcell secret`, against a server, as processes of a user would run them."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from tests.api.servers import ADMIN_PASS, Running, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("HOOKCELL_URL", "HOOKCELL_USER_ID", "HOOKCELL_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def ran(*arguments: str, lines: str = "") -> Result:
    return CliRunner().invoke(app, [*arguments], input=lines)


def url(server: Running) -> str:
    return str(server.client.base_url).rstrip("/")


def test_a_login_is_kept_for_its_user_only_and_used_by_the_commands_that_follow(server: Running, home: Path) -> None:
    done = ran("login", url(server) + "/", lines=ADMIN_PASS + "\n")
    assert done.exit_code == 0 and f"Logged in to {url(server)} as admin" in done.output
    file = home / "hookcell" / "logins.json"
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700
    assert ADMIN_PASS not in file.read_text()
    done = ran("secret", "set", "jira", "--all", "--host", "Jira.example.com", "--use", "header", lines="the value\n")
    assert done.output == "Set: jira of all, for header, sent to jira.example.com\n"
    done = ran("secret", "set", "github", "--all", lines="another value")
    assert done.output == "Set: github of all, for verify, sent to nowhere\n"
    listed = ran("secret", "list").output
    assert listed.splitlines() == [
        "github of all, for verify, sent to nowhere",
        "jira of all, for header, sent to jira.example.com",
    ]
    known = server.run(server.engine.vault.known("any"))
    assert known.secrets["jira"].value == "the value" and known.secrets["github"].value == "another value"
    for name in ("jira", "github"):
        assert ran("secret", "rm", name, "--all").output == f"{name} is removed.\n"
    assert ran("secret", "list").output == "There are none.\n"


def test_logins_to_several_servers_are_kept_and_the_last_one_is_meant(server: Running, home: Path) -> None:
    ran("login", url(server), lines=ADMIN_PASS)
    other = url(server).replace("127.0.0.1", "localhost")
    ran("login", other, lines=ADMIN_PASS)
    kept = json.loads((home / "hookcell" / "logins.json").read_text())
    assert [login["url"] for login in kept] == [other, url(server)]
    assert ran("secret", "list", "--url", url(server)).exit_code == 0


def test_a_wrong_password_and_no_login_say_so(server: Running) -> None:
    done = ran("login", url(server), lines="wrong")
    assert (done.exit_code, done.stderr) == (1, f"{url(server)} knows no user admin with this password.\n")
    done = ran("secret", "list", "--url", "http://other.example")
    assert (done.exit_code, done.output) == (2, "Log in first: hookcell login http://other.example\n")


@pytest.mark.parametrize("address", ["127.0.0.1:3000", "localhost:3000", "//h", "ftp://h", "http://", "http://[", ""])
def test_an_address_is_told_how_to_be_written_before_a_password_is_asked(address: str) -> None:
    done = ran("login", address, lines="password")
    assert done.exit_code == 2 and "write it as http://127.0.0.1:3000" in " ".join(done.stderr.replace("│", "").split())


def test_what_does_not_answer_or_is_no_server_of_ours_is_told() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        done = ran("login", address, lines="password")
    assert done.exit_code == 1 and done.stderr.startswith(f"{address} does not answer as a server of hookcell does (")
    assert done.stderr.endswith("Is it running there?\n")


@pytest.mark.parametrize(
    "command",
    [
        ["secret", "list"],
        ["secret", "set", "jira", "--all"],
        ["secret", "rm", "jira", "--integration", "alerts"],
        ["deliveries", "list"],
        ["deliveries", "send", "some"],
        ["explain", "event.json"],
    ],
    ids=" ".join,
)
def test_a_login_that_is_over_is_told_with_what_to_run(
    server: Running, home: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    (home / "event.json").write_text("{}")
    ran("login", url(server), lines=ADMIN_PASS)
    (kept,) = json.loads((home / "hookcell" / "logins.json").read_text())
    headers = {"X-User-Id": kept["user_id"], "X-Auth-Token": kept["auth_token"]}
    assert server.client.post("/api/v1/logout", headers=headers).status_code == 200
    done = ran(*command, lines="value")
    wanted = f"The login to {url(server)} is over. Log in again: hookcell login {url(server)}\n"
    assert (done.exit_code, done.stderr) == (1, wanted)


def test_an_integration_is_named_by_its_id_or_its_name(server: Running) -> None:
    ran("login", url(server), lines=ADMIN_PASS)
    body = {"type": "webhook-incoming", "name": "the alerts", "enabled": True, "username": "rocket.cat"}
    made = server.admin.post(
        "/api/v1/integrations.create", json={**body, "channel": "#general", "scriptEnabled": False}
    )
    id = made.json()["integration"]["_id"]
    for number, whose in enumerate((id, "the alerts", "alert")):
        done = ran("secret", "set", f"key{number}", "--integration", whose, lines="long enough")
        assert (done.output, done.exit_code) == (f"Set: key{number} of {id}, for verify, sent to nowhere\n", 0)
    assert len(ran("secret", "list", "--integration", "the alerts").output.splitlines()) == 3
    for number, whose in enumerate((id, "the alerts", "alert")):
        assert ran("secret", "rm", f"key{number}", "--integration", whose).output == f"key{number} is removed.\n"
    done = ran("secret", "list", "--integration", "nothing of it")
    assert done.exit_code == 1 and "has no integration nothing of it. There are the alerts." in done.stderr


def test_a_short_value_is_set_with_a_warning(server: Running) -> None:
    ran("login", url(server), lines=ADMIN_PASS)
    done = ran("secret", "set", "pin", "--all", lines="1234567")
    assert done.exit_code == 0 and done.stdout == "Set: pin of all, for verify, sent to nowhere\n"
    assert done.stderr.startswith("Warning: The value has fewer than 8 characters.")
    assert ran("secret", "rm", "pin", "--all").exit_code == 0


def test_what_the_server_says_no_to_is_told(server: Running) -> None:
    ran("login", url(server), lines=ADMIN_PASS)
    done = ran("secret", "set", "jira", "--all", "--host", "*", lines="value")
    assert done.exit_code == 1 and "write example.com or *.example.com" in done.output
    assert ran("secret", "rm", "nothing", "--all").exit_code == 1
    done = ran("secret", "set", "jira", "--integration", "x", "--all", lines="value")
    assert done.exit_code == 2 and "--all" in done.output


def test_a_file_that_others_may_read_or_that_is_broken_is_not_used(home: Path) -> None:
    file = home / "hookcell" / "logins.json"
    file.parent.mkdir()
    file.write_text("[]")
    file.chmod(0o644)
    assert "may be read by others; run: chmod 600" in ran("secret", "list").output
    file.chmod(0o600)
    file.write_text("{}x")
    assert "remove it and log in again" in ran("secret", "list").output


def test_the_environment_takes_the_place_of_a_login(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKCELL_URL", url(server))
    monkeypatch.setenv("HOOKCELL_USER_ID", server.admin.headers["X-User-Id"])
    monkeypatch.setenv("HOOKCELL_AUTH_TOKEN", server.admin.headers["X-Auth-Token"] + "\r\n")
    assert ran("secret", "list").exit_code == 0
    for broken in ("q9Zx\nq9Zx", "q9Zxü"):
        monkeypatch.setenv("HOOKCELL_AUTH_TOKEN", broken)
        done = ran("secret", "list")
        assert done.exit_code == 2 and "HOOKCELL_AUTH_TOKEN has characters" in done.stderr
        assert "q9Zx" not in done.stderr


def test_where_a_login_cannot_be_kept_or_read_it_is_said_what_to_do(
    server: Running, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "taken").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "taken"))
    done = ran("login", url(server), lines=ADMIN_PASS)
    assert done.exit_code == 2 and "logins.json cannot be read: Not a directory" in done.stderr
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    # where what is to be written goes first
    (home / "hookcell" / "logins.part").mkdir(parents=True)
    done = ran("login", url(server), lines=ADMIN_PASS)
    assert done.exit_code == 1 and "logins.json cannot be written: " in done.stderr
    assert "HOOKCELL_USER_ID and HOOKCELL_AUTH_TOKEN" in done.stderr


@pytest.mark.parametrize(
    ("value", "why"), [(b"\xff", "is no UTF-8 text"), (b"x" * 70_000, "has more than 65,536 characters")]
)
def test_a_value_that_is_no_text_or_has_no_end_is_refused_before_it_is_sent(value: bytes, why: str) -> None:
    done = CliRunner().invoke(app, ["secret", "set", "jira", "--all"], input=value)
    assert done.exit_code == 2 and f"standard input {why}" in " ".join(done.stderr.replace("│", " ").split())
