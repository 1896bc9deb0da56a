"""The same request again, under one key: the same answer, and nothing new."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.store.hook_keys import KEPT_MS, prune_keys
from engine.trace import now_ms
from tests.api.hooks import Hook, returning
from tests.api.servers import Running


@pytest.mark.parametrize("header", ["Idempotency-Key", "webhook-id"])
def test_a_message_is_posted_once(server: Running, header: str) -> None:
    hook = Hook(server)
    answers = [hook.post(json={"text": f"t{number}"}, headers={header: "k1"}) for number in range(3)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"success": True})] * 3
    assert len({answer.headers["x-hookcell-run"] for answer in answers}) == 1
    assert hook.texts() == ["t0"] and len(hook.runs()) == 1
    hook.post(json={"text": "other"}, headers={header: "k2"})
    hook.post(json={"text": "none"})
    hook.post(json={"text": "none"}, headers={header: ""})
    assert hook.texts() == ["t0", "other", "none", "none"]


def test_a_key_is_of_one_integration(server: Running) -> None:
    hooks = [Hook(server), Hook(server)]
    for hook in hooks:
        hook.post(json={"text": "t"}, headers={"Idempotency-Key": "k"})
    assert [hook.texts() for hook in hooks] == [["t"], ["t"]]


def test_what_a_script_answered_is_answered_again(server: Running) -> None:
    hook = Hook(server, "import uuid\n" + returning("{'response': {'id': str(uuid.uuid4())}}"))
    key = {"Idempotency-Key": "k" * 5000}
    assert hook.post(json={}, headers=key).json() == hook.post(json={}, headers=key).json()
    refusing = Hook(server, "import uuid\n" + returning("{'error': str(uuid.uuid4())}"))
    first, second = (refusing.post(json={}, headers=key) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert first.status_code == 400 and len(refusing.runs()) == 1


def test_also_where_no_history_is_kept(server: Running) -> None:
    hook = Hook(server, hookcell={"history": "off"})
    for _ in range(2):
        assert hook.post(json={"text": "t"}, headers={"webhook-id": "k"}).status_code == 200
    assert hook.texts() == ["t"] and hook.runs() == []


def test_a_request_that_failed_may_be_sent_again(server: Running) -> None:
    hook = Hook(server, "def process_incoming(request):\n    return 'ok' if request['content']['good'] else 1 / 0\n")
    key = {"Idempotency-Key": "k"}
    assert hook.post(json={"good": False}, headers=key).status_code == 400
    assert hook.post(json={"good": True}, headers=key).status_code == 200
    assert hook.post(json={"good": False}, headers=key).status_code == 200
    assert hook.texts() == ["ok"] and len(hook.runs()) == 2


def test_of_many_at_once_one_is_carried_out(server: Running) -> None:
    hook = Hook(server, returning("'once'"))

    def send(_: int) -> int:
        answer = hook.post(json={}, headers={"Idempotency-Key": "k"})
        assert answer.status_code == 200 or answer.json()["error"] == "error-service-busy"
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(send, range(16)))
    assert set(found) <= {200, 503} and 200 in found
    assert hook.texts() == ["once"] and len(hook.runs()) == 1


def test_a_key_is_forgotten_after_a_day(server: Running) -> None:
    hook = Hook(server)
    key = {"Idempotency-Key": "k"}
    hook.post(json={"text": "a"}, headers=key)
    assert server.do(prune_keys, now_ms() + KEPT_MS // 2, 100) == 0
    assert server.do(prune_keys, now_ms() + KEPT_MS, 100) >= 1
    hook.post(json={"text": "b"}, headers=key)
    assert hook.texts() == ["a", "b"]
