"""`hookcell login` and `hookcell secret`, against a server, as processes of a user would run them."""

import json
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
    assert done.exit_code == 1 and "401: Unauthorized" in done.output
    done = ran("secret", "list", "--url", "http://other.example")
    assert (done.exit_code, done.output) == (2, "Log in first: hookcell login http://other.example\n")


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
    monkeypatch.setenv("HOOKCELL_AUTH_TOKEN", server.admin.headers["X-Auth-Token"])
    assert ran("secret", "list").exit_code == 0
