"""Deliveries that find no cell: put off, failed or left to the next process, and in what order."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import outgoing
from engine.model.json import JsonObject
from engine.model.runs import (
    Busy,
    Prepared,
    PreparedRequest,
    PrepareNothing,
    PrepareResult,
    ResponsePost,
    ResponseResult,
    ScriptReport,
)
from engine.scripts import HookServices, Script
from engine.store.deliveries import get_deliveries
from tests.engine.stages import staged
from tests.receiver import Receiver

pytestmark = pytest.mark.anyio

JSON = (("content-type", "application/json"),)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def steps(record: Any) -> list[str]:
    return [step["name"] for step in record["steps"]]


class BusyHooks:
    """Cells are free only after so many calls."""

    def __init__(self, busy: int, reason: str = "no cell") -> None:
        self.busy = busy
        self.reason = reason
        self.calls = 0

    async def prepare_outgoing_request(
        self, script: Script, request: JsonObject, *, services: HookServices
    ) -> tuple[PrepareResult, ScriptReport | None]:
        self.calls += 1
        return (Busy(self.reason), None) if self.calls <= self.busy else (PrepareNothing(), None)

    async def process_outgoing_response(
        self, script: Script, request: JsonObject, response: JsonObject, *, services: HookServices
    ) -> tuple[ResponseResult, ScriptReport | None]:
        self.calls += 1
        return (Busy(self.reason), None) if self.calls <= self.busy else (ResponsePost({"text": "at last"}), None)


async def test_a_delivery_without_a_cell_is_put_off_and_counts_as_nothing(tmp_path: Path) -> None:
    script = "def prepare_outgoing_request(request):\n    return None"
    async with staged(tmp_path) as stage:
        id = await stage.integrate("http://127.0.0.1:9/", script=script)
        await stage.say("hello")
        kit = replace(stage.kit, scripts=BusyHooks(1))
        await stage.work(kit)
        (row,) = await stage.rows()
        assert (row.state, row.attempts, row.interruptions, row.prepared) == ("pending", 0, 0, False)
        assert await stage.records(id) == []
        assert await stage.work(kit) == 0
        await stage.end_pauses()
        await stage.work(kit)
        assert (await stage.record(id))["step"] == "after-prepare-no-opts"


async def test_an_answer_waits_for_a_cell_rather_than_being_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "BUSY_MS", 1)
    script = "def process_outgoing_response(request, response):\n    return None"
    async with staged(tmp_path) as stage, Receiver() as receiver:
        await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work(replace(stage.kit, scripts=BusyHooks(5)))
        assert await stage.texts() == ["hello", "at last"]
        assert len(receiver.requests) == 1


async def test_an_answer_that_finds_no_cell_fails_and_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "BUSY_MS", 1)
    monkeypatch.setattr(outgoing, "PATIENCE_SECONDS", 0.05)
    script = "def process_outgoing_response(request, response):\n    return None"
    async with staged(tmp_path) as stage, Receiver() as receiver:
        id = await stage.integrate(receiver.url, script=script, retryFailedCalls=True, retryCount=4)
        await stage.say("hello")
        await stage.work(replace(stage.kit, scripts=BusyHooks(1_000_000)))
        record = await stage.record(id)
        assert (record["state"], record["error"], record["attempt"]) == ("failed", True, 1)
        assert record["errorStack"] == "No cell was free within 0.05 s to run the hook; the request is not sent again."
        assert record["response"]["status_code"] == 200
        assert await stage.work() == 0 and len(receiver.requests) == 1


async def test_an_answer_that_comes_while_the_server_stops_is_left_to_the_next_one(tmp_path: Path) -> None:
    script = "def process_outgoing_response(request, response):\n    return None"
    async with staged(tmp_path) as stage, Receiver() as receiver:
        await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work(replace(stage.kit, scripts=BusyHooks(1_000, "stopping")))
        (row,) = await stage.rows()
        assert (row.state, row.attempts, row.prepared, len(receiver.requests)) == ("pending", 0, True, 1)


async def test_requests_of_one_order_go_out_in_the_order_of_their_events(tmp_path: Path) -> None:
    class Slower(BusyHooks):
        """The first takes longest."""

        async def prepare_outgoing_request(
            self, script: Script, request: JsonObject, *, services: object
        ) -> tuple[PrepareResult, ScriptReport | None]:
            url, data = request["url"], request["data"]
            assert isinstance(url, str) and isinstance(data, dict)
            await asyncio.sleep({"one": 0.2, "two": 0.1}.get(str(data["text"]), 0))
            return Prepared(None, PreparedRequest(url, "POST", data=data)), None

    script = "def prepare_outgoing_request(request):\n    return request"
    async with staged(tmp_path) as stage, Receiver() as receiver:
        await stage.integrate(receiver.url, script=script)
        for text in ("one", "two", "three", "four"):
            await stage.say(text)
        kit = replace(stage.kit, scripts=Slower(0))
        claims = await stage.claim()
        found = await stage.store.read(get_deliveries, [claim.seq for claim in claims])
        await asyncio.gather(*[outgoing.run(kit, found[claim.seq], claim) for claim in claims])
        said = [json.loads(request.body)["text"] for request in receiver.requests]
        assert said == ["one", "two", "three", "four"]


async def test_those_behind_one_that_finds_no_cell_are_put_off_and_keep_their_places(tmp_path: Path) -> None:
    class FirstFindsNone(BusyHooks):
        async def prepare_outgoing_request(
            self, script: Script, request: JsonObject, *, services: object
        ) -> tuple[PrepareResult, ScriptReport | None]:
            url, data = request["url"], request["data"]
            assert isinstance(url, str) and isinstance(data, dict)
            self.calls += data["text"] == "one"
            if self.calls == 1 and data["text"] == "one":
                return Busy("no cell"), None
            return Prepared(None, PreparedRequest(url, "POST", data=data)), None

    script = "def prepare_outgoing_request(request):\n    return request"
    async with staged(tmp_path) as stage, Receiver() as receiver:
        await stage.integrate(receiver.url, script=script)
        for text in ("one", "two", "three"):
            await stage.say(text)
        kit = replace(stage.kit, scripts=FirstFindsNone(0))
        claims = await stage.claim()
        found = await stage.store.read(get_deliveries, [claim.seq for claim in claims])
        await asyncio.gather(*[outgoing.run(kit, found[claim.seq], claim) for claim in claims])
        assert receiver.requests == [] and await stage.work(kit) == 0
        await stage.end_pauses()
        assert await stage.work(kit) == 3
        assert [json.loads(request.body)["text"] for request in receiver.requests] == ["one", "two", "three"]
