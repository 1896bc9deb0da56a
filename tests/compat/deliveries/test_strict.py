"""The rows of the strict table on deliveries, events and loops, each in both columns, with a real receiver."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from engine.model.events import Chain
from engine.store.integrations import get_integration
from engine.trace import now_ms
from tests.engine.stages import ALICE, BOT, GENERAL, Stage, staged
from tests.receiver import Received, Receiver, Response

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("strict", [False, True], ids=["default", "strict"])]

RETRIES: dict[str, Any] = {"retryFailedCalls": True, "retryCount": 1, "retryDelay": "powers-of-ten"}
JSON = (("content-type", "application/json"),)
HOUR_MS = 3_600_000
NO_HTTP = b"not http\r\n\r\n"


@dataclass(frozen=True)
class End:
    """How many requests there were, how the delivery ended and at which step, whether its integration is enabled."""

    requests: int
    state: str
    step: str
    enabled: bool = True


SUCCESS = End(1, "finished", "after-http-call")
RETRIED = End(2, "failed", "too-many-retries")
FINAL = End(1, "failed", "failed-and-not-configured-to-retry")
DISABLED = End(1, "failed", "after-process-http-status-410", enabled=False)


async def work_all(stage: Stage) -> None:
    """Until nothing waits; what waits for a retry is due at once."""
    while await stage.work():
        await stage.set_rows(due=0)


async def end_of(stage: Stage, id: str, receiver: Receiver, path: str = "/") -> End:
    await work_all(stage)
    saved = await stage.store.read(get_integration, id)
    assert saved is not None
    newest = (await stage.records(id))[0]
    requests = [request for request in receiver.requests if request.target == path]
    return End(len(requests), newest["state"], newest["step"], saved.integration.enabled)


ANSWERS: dict[str, tuple[Response | bytes, End, End]] = {
    "200 with text": (Response(200, body=b"ok"), SUCCESS, SUCCESS),
    "202 with text": (Response(202, body=b"ok"), SUCCESS, SUCCESS),
    "200 without text": (Response(200), SUCCESS, RETRIED),
    "204": (Response(204), SUCCESS, RETRIED),
    "206 with text": (Response(206, body=b"part"), SUCCESS, RETRIED),
    "302 that leads nowhere": (Response(302), FINAL, FINAL),
    "400 with text": (Response(400, body=b"no"), FINAL, RETRIED),
    "404 without text": (Response(404), FINAL, RETRIED),
    "408": (Response(408), RETRIED, RETRIED),
    "410 with text": (Response(410, body=b"gone"), DISABLED, DISABLED),
    "410 without text": (Response(410), DISABLED, RETRIED),
    "429 with text": (Response(429, body=b"slow down"), RETRIED, RETRIED),
    "500 with text": (Response(500, body=b"oops"), RETRIED, End(1, "failed", "after-process-http-status-500")),
    "500 without text": (Response(500), RETRIED, RETRIED),
    "503 with text": (Response(503, body=b"busy"), RETRIED, RETRIED),
    "no HTTP": (NO_HTTP, RETRIED, FINAL),
}


async def test_what_an_answer_means(tmp_path: Path, strict: bool) -> None:
    names = list(ANSWERS)

    def answer(request: Received) -> Response | bytes:
        return ANSWERS[names[int(request.target[1:])]][0]

    async with staged(tmp_path, strict=strict) as stage, Receiver(answer) as receiver:
        ids = [await stage.integrate(f"{receiver.url}/{number}", **RETRIES) for number in range(len(names))]
        await stage.say("hello")
        ends = {names[at]: await end_of(stage, id, receiver, f"/{at}") for at, id in enumerate(ids)}
    assert ends == {name: strictly if strict else default for name, (_, default, strictly) in ANSWERS.items()}


async def test_a_timeout_and_a_port_nobody_listens_on_are_retried_except_strictly(tmp_path: Path, strict: bool) -> None:
    script = "def prepare_outgoing_request(request):\n    return {**request, 'timeout': 50}\n"
    expected = FINAL if strict else RETRIED
    async with staged(tmp_path, strict=strict) as stage:
        async with Receiver(lambda _: Response(delay=30)) as silent:
            id = await stage.integrate(silent.url, script=script, **RETRIES)
            await stage.say("hello")
            await tried_out(stage, id, silent, expected)
        id = await stage.integrate(silent.url, triggerWords=["again"], **RETRIES)
        await stage.say("again")
        await tried_out(stage, id, silent, expected)


async def tried_out(stage: Stage, id: str, receiver: Receiver, expected: End) -> None:
    """By the records: a request that timed out need not have arrived."""
    ended = await end_of(stage, id, receiver)
    assert (ended.state, ended.step) == (expected.state, expected.step)
    assert len(await stage.records(id)) == expected.requests


async def test_the_hook_is_told_of_an_error_after_the_last_attempt(tmp_path: Path, strict: bool) -> None:
    script = "def process_outgoing_response(request, response):\n    return response['error']['kind']\n"
    async with staged(tmp_path, strict=strict) as stage, Receiver(lambda _: NO_HTTP) as receiver:
        await stage.integrate(receiver.url, script=script, triggerWords=["hello"], **RETRIES)
        await stage.say("hello")
        await stage.work()
        assert await stage.texts() == (["hello", "protocol"] if strict else ["hello"])
        await stage.set_rows(due=0)
        await stage.work()
        assert await stage.texts() == ["hello", "protocol"]
        assert len(receiver.requests) == (1 if strict else 2)


@pytest.mark.parametrize(
    ("attempts", "answer", "default", "strictly"),
    [
        (0, Response(503, (("retry-after", "120"),)), 120_000, 100),
        (0, Response(503, (("retry-after", "86400"),)), HOUR_MS, 100),
        (0, Response(503), 100, 100),
        (6, Response(503), 24 * HOUR_MS, 100_000_000),
    ],
)
async def test_how_long_a_retry_waits(
    tmp_path: Path, strict: bool, attempts: int, answer: Response, default: int, strictly: int
) -> None:
    async with staged(tmp_path, strict=strict) as stage, Receiver(lambda _: answer) as receiver:
        await stage.integrate(receiver.url, **RETRIES | {"retryCount": 10})
        await stage.say("hello")
        await stage.set_rows(attempts=attempts)
        before = now_ms()
        await stage.work()
        (row,) = await stage.rows()
        expected = strictly if strict else default
        assert before + expected - 1_000 <= row.due <= now_ms() + expected


async def test_what_is_older_than_three_days_is_held_except_strictly(tmp_path: Path, strict: bool) -> None:
    async with staged(tmp_path, strict=strict) as stage, Receiver(lambda _: Response(503)) as receiver:
        await stage.integrate(receiver.url, **RETRIES)
        await stage.say("hello")
        await stage.set_rows(created_at=now_ms() - 73 * HOUR_MS)
        await stage.work()
        (row,) = await stage.rows()
        assert (row.state, row.held_reason) == (("pending", None) if strict else ("held", "too-old"))


async def test_a_retry_sends_what_is_stored_or_strictly_prepares_again(tmp_path: Path, strict: bool) -> None:
    script = """
import random
def prepare_outgoing_request(request):
    return {**request, "data": {"n": random.random()}, "message": "once"}
"""
    async with staged(tmp_path, strict=strict) as stage, Receiver(lambda _: Response(503)) as receiver:
        id = await stage.integrate(receiver.url, script=script, triggerWords=["hello"], **RETRIES)
        await stage.say("hello")
        assert await end_of(stage, id, receiver) == RETRIED
        assert len({request.body for request in receiver.requests}) == (2 if strict else 1)
        (row,) = await stage.rows()
        assert {request.header("idempotency-key") for request in receiver.requests} == {row.id}
        assert await stage.texts() == ["hello", "once"]


@pytest.mark.parametrize("script", ["def prepare_outgoing_request(request:", "def prepare_outgoing_request(r): r._x"])
async def test_a_script_that_does_not_compile_fails_closed_or_strictly_counts_as_none(
    tmp_path: Path, strict: bool, script: str
) -> None:
    async with staged(tmp_path, strict=strict) as stage, Receiver(lambda _: Response(body=b"ok")) as receiver:
        id = await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        ended = await end_of(stage, id, receiver)
        assert ended == (SUCCESS if strict else End(0, "failed", "execute-script-getting-script"))


async def test_impersonation_asks_for_a_permission_except_strictly(tmp_path: Path, strict: bool) -> None:
    answer = Response(200, JSON, b'{"text": "as you"}')
    async with staged(tmp_path, strict=strict) as stage, Receiver(lambda _: answer) as receiver:
        id = await stage.integrate(receiver.url, impersonateUser=True, triggerWords=["hello"])
        await stage.say("hello")
        await stage.work()
        record = (await stage.records(id))[0]
        if strict:
            assert record["resultMessage"][0]["message"]["u"]["username"] == ALICE.username
        else:
            assert "impersonateUser needs" in record["errorStack"]
        assert await stage.texts() == ["hello", "as you"][: 1 + strict]


async def test_answers_of_integrations_are_heard_without_end_strictly_only(tmp_path: Path, strict: bool) -> None:
    def echo(request: Received) -> Response:
        depths.append(request.header("x-hookcell-depth"))
        return Response(200, JSON, json.dumps({"text": "echo"}).encode())

    depths: list[str | None] = []
    async with staged(tmp_path, strict=strict) as stage, Receiver(echo) as receiver:
        await stage.integrate(receiver.url)
        await stage.say("one")
        for _ in range(6):
            await stage.work()
        assert depths == ([None] * 6 if strict else ["1"])
        await stage.set_rows(state="finished")
        await stage.integrate(receiver.url)
        depths.clear()
        await stage.say("two", chain=Chain())
        for _ in range(5):
            await stage.work()
        if strict:
            assert len(depths) == 2 + 4 + 8 + 16 + 32
        else:
            assert sorted(str(depth) for depth in depths) == ["1", "1", "2", "2", "3", "3"]


async def test_being_kicked_is_leaving_except_strictly(tmp_path: Path, strict: bool) -> None:
    async with staged(tmp_path, strict=strict) as stage, Receiver() as receiver:
        await stage.integrate(receiver.url, event="roomLeft")
        owner = replace(ALICE, roles=("owner",))
        await stage.workspace.membership.kick(owner, GENERAL, BOT)
        await stage.work()
        assert len(receiver.requests) == (0 if strict else 1)
