"""How often a hook may be called, and what its senders are told."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.api.hooks import Hook
from tests.api.servers import running

RULES: dict[str, tuple[dict[str, Any], int | None]] = {
    "default": ({}, 600),
    "strict": ({"strict_compat": True}, 10),
    "a number": ({"rate_limit": "3"}, 3),
    "a number wins over strict": ({"rate_limit": "3", "strict_compat": True}, 3),
    "off": ({"rate_limit": "off", "strict_compat": True}, None),
}


@pytest.mark.parametrize(("settings", "limit"), RULES.values(), ids=RULES)
def test_every_answer_says_how_often_a_hook_may_be_called(
    tmp_path: Path, settings: dict[str, Any], limit: int | None
) -> None:
    with running(tmp_path, **settings) as server:
        hook = Hook(server)
        first, second = hook.post(json={}), hook.post(data={"payload": "[]"})
        assert (first.status_code, second.status_code) == (200, 400)
        if limit is None:
            assert not [name for name in first.headers if name.startswith("x-ratelimit")]
            return
        for answer, left in ((first, limit - 1), (second, limit - 2)):
            assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == (
                str(limit),
                str(left),
            )
            assert 0 < int(answer.headers["x-ratelimit-reset"]) / 1000 - time.time() <= 60


def test_a_call_too_many_is_429_and_no_run(tmp_path: Path) -> None:
    with running(tmp_path, strict_compat=True) as server:
        hook = Hook(server)
        assert {hook.post(json={"text": "t"}).status_code for _ in range(10)} == {200}
        answer = hook.post(json={"text": "t"})
        assert answer.status_code == 429
        seconds = answer.headers["Retry-After"]
        assert 1 <= int(seconds) <= 60
        assert answer.json() == {
            "success": False,
            "error": "Error, too many requests. Please slow down. "
            f"You must wait {seconds} seconds before trying this endpoint again. [error-too-many-requests]",
        }
        assert answer.headers["x-ratelimit-remaining"] == "0" and "x-hookcell-run" not in answer.headers
        assert hook.total() == 10 and len(hook.runs()) == 10
        # another method, url or hook is counted for itself
        assert server.client.get(hook.path).status_code == 200
        id, token = hook.record["_id"], hook.record["token"]
        assert server.client.post(f"/hooks/{id}/user/{token}", json={}).status_code == 200
        assert server.client.get(f"/hooks/info/{id}/{token}").status_code == 200
        assert Hook(server).post(json={}).status_code == 200
        # a wrong token is told so, and costs the hook nothing
        assert server.client.post(f"/hooks/{id}/wrong", json={}).status_code == 404


def test_by_default_the_hook_is_counted_whoever_calls_it(tmp_path: Path) -> None:
    with running(tmp_path, rate_limit="2", trusted_proxies="127.0.0.1") as server:
        hook = Hook(server)
        found = [
            hook.post(json={}, headers={"X-Forwarded-For": f"192.0.2.{number}"}).status_code for number in range(3)
        ]
        assert found == [200, 200, 429]


def test_in_strict_each_address_is_counted_for_itself(tmp_path: Path) -> None:
    with running(tmp_path, strict_compat=True, trusted_proxies="127.0.0.1") as server:
        hook = Hook(server)
        for address, status in [("192.0.2.1", 200)] * 10 + [("192.0.2.1", 429), ("192.0.2.2", 200)]:
            assert hook.post(json={}, headers={"X-Forwarded-For": address}).status_code == status


def test_an_administrator_changes_the_rule_and_switches_it_off(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        hook = Hook(server)

        def limit(setting: str, value: object) -> str | None:
            answer = server.admin.post(f"/api/v1/settings/{setting}", json={"value": value})
            assert answer.status_code == 200, answer.text
            return hook.post(json={}).headers.get("x-ratelimit-limit")

        assert limit("API_Enable_Rate_Limiter_Limit_Calls_Default", 2) == "2"
        assert limit("API_Enable_Rate_Limiter_Limit_Time_Default", 30_000) == "2"
        assert [hook.post(json={}).status_code for _ in range(2)] == [200, 429]
        assert limit("API_Enable_Rate_Limiter", False) is None
