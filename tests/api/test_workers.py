"""Servers and workers as processes of their own on one database: starting together, and dying in every way."""

import json
import signal
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import create_engine, make_url, select
from typer.testing import CliRunner

from api.cli import app
from engine.store.schema import deliveries, processes
from tests.api.servers import running
from tests.postgres import database
from tests.processes import hasty, receiving, starting, wait_for, working
from tests.proxies import proxy
from tests.receiver import Received, Response


def rows(url: str) -> list[tuple[str, int, int]]:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        columns = select(deliveries.c.state, deliveries.c.attempts, deliveries.c.interruptions)
        found = [
            (row.state, row.attempts, row.interruptions)
            for row in connection.execute(columns.order_by(deliveries.c.seq))
        ]
        assert connection.execute(select(processes.c.id)).all()
    engine.dispose()
    return found


@pytest.mark.timeout(180)
def test_what_a_worker_had_that_died_stood_still_or_was_cut_off_is_ended_once_by_another(tmp_path: Path) -> None:
    tried: Counter[str] = Counter()

    def answer(request: Received) -> Response:
        text = json.loads(request.body)["text"]
        tried[text] += 1
        # the first is answered when everything is over
        body = json.dumps({"text": f"done {text}"}).encode()
        return Response(200, (("Content-Type", "application/json"),), body, delay=8.0 if tried[text] == 1 else 0)

    serve = hasty("serve", "--no-worker", "--port", "0")
    with database() as url, proxy(url) as way, receiving(answer) as receiver, ExitStack() as stack:
        server = stack.enter_context(starting(tmp_path / "server", *serve, HOOKCELL_DATABASE_URL=url))
        server.wait_until_serving()
        server.login()
        for word in ("killed", "stopped", "severed"):
            server.create(
                type="webhook-outgoing", event="sendMessage", name=word, urls=[receiver.url], triggerWords=[word]
            )

        def say(text: str) -> None:
            server.post("/api/v1/chat.postMessage", {"channel": "#general", "text": text})
            wait_for(lambda: tried[text] == 1)

        killed = stack.enter_context(working(tmp_path / "killed", url))
        say("killed")
        killed.signal(signal.SIGKILL)
        stopped = stack.enter_context(working(tmp_path / "stopped", url))
        say("stopped")
        stopped.signal(signal.SIGSTOP)
        severed = stack.enter_context(working(tmp_path / "severed", way.url))
        say("severed")
        way.way = "swallowing"
        # by its own clock all leases were over yesterday
        stack.enter_context(working(tmp_path / "healthy", url, offset=86_400))
        wait_for(lambda: [state for state, *_ in rows(url)] == ["finished"] * 3, 60)
        ended = rows(url)
        stopped.signal(signal.SIGCONT)
        way.way = "open"
        way.cut()
        for process in (stopped, severed):
            process.signal(signal.SIGTERM)
            assert process.wait() == 0
        assert rows(url) == ended
        for text, (_, attempts, interruptions) in zip(tried, ended, strict=True):
            # on a slow machine the one that stands still may have taken over what the dead one had
            assert attempts == 1 and interruptions in (1, 2)
            assert 2 <= tried[text] <= 1 + interruptions
        said = server.texts()
        assert sorted(said) == sorted([*tried, *[f"done {text}" for text in tried]])


@pytest.mark.timeout(120)
def test_four_servers_that_start_at_once_on_an_empty_database_have_one_admin(tmp_path: Path) -> None:
    with database(migrated=False) as url, ExitStack() as stack:
        folders = [tmp_path / str(number) / "data" for number in range(4)]
        for folder in folders:
            folder.parent.mkdir()
        settings = {"HOOKCELL_DATABASE_URL": url, "HOOKCELL_ADMIN_PASS": None}
        servers = [stack.enter_context(starting(folder, **settings)) for folder in folders]
        for server in servers:
            server.wait_until_serving()
        (file,) = [found for folder in folders if (found := folder / "admin-password").exists()]
        for server in servers:
            login = {"user": "admin", "password": file.read_text().strip()}
            answer = httpx2.post(f"{server.url}/api/v1/login", json=login, trust_env=False, timeout=30)
            assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("command", "said"), [(["worker"], "hookcell worker works"), (["serve", "--no-worker"], "--no-worker")]
)
def test_without_postgresql_nothing_works_beside_a_server(command: list[str], said: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [*command, "--data", str(tmp_path)], env={"HOOKCELL_DATABASE_URL": None})
    assert (result.exit_code, said in result.stderr) == (1, True)
    assert "HOOKCELL_DATABASE_URL" in result.stderr


def test_an_operator_resets_a_password_beside_the_server_and_copies_with_pg_dump(tmp_path: Path) -> None:
    with database() as url, running(tmp_path / "server", database_url=url) as server:
        runner, environment = CliRunner(), {"HOOKCELL_DATABASE_URL": url}
        reset = ["admin", "reset-password", "--data", str(tmp_path / "elsewhere")]
        result = runner.invoke(app, reset, input="another one\n", env=environment)
        assert result.exit_code == 0, result.output
        server.login("admin", "another one")
        result = runner.invoke(app, ["backup", str(tmp_path / "copy")], env=environment)
        assert (result.exit_code, "pg_dump" in result.stderr) == (1, True)


def test_no_password_is_reset_in_a_database_without_our_tables(tmp_path: Path) -> None:
    with database(migrated=False) as url:
        environment = {"HOOKCELL_DATABASE_URL": url}
        for _ in range(2):
            result = CliRunner().invoke(
                app, ["admin", "reset-password", "--data", str(tmp_path)], input="another one\n", env=environment
            )
            assert (result.exit_code, "has no tables of hookcell" in result.stderr) == (1, True)
