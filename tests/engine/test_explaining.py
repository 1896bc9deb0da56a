"""What integrations.explain says of rules that look at what has happened before: they are those that accept events."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from engine import accepting
from engine.accepting import message_event
from engine.explaining import explain
from engine.model.events import Chain
from engine.model.messages import MessageContent
from engine.paging import Page
from engine.store.guarded_runs import MAX_RUNS
from engine.workspace.protocol import PostIntent
from tests.engine.stages import ALICE, GENERAL, NOBODY, OTHER, Stage, staged

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("dialect")]

LED = Chain(("another",))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def stops(stage: Stage, chain: Chain = NOBODY, room: str = GENERAL.id) -> dict[str, str]:
    """The rules that stop the only integration from hearing a message, with their words."""
    draft = await stage.workspace.resolve(PostIntent(ALICE.id, room, MessageContent("hello")))
    event = message_event(draft, stage.workspace.name, chain)
    answer = await explain(stage.accepting, replace(ALICE, roles=("admin",)), event, Page(0, 10, ()))
    (found,) = cast(list[Any], answer["integrations"])
    stopping = {rule["rule"]: rule["because"] for rule in found["rules"] if not rule["passed"]}
    assert found["fires"] is not bool(stopping)
    return stopping


async def test_the_run_that_would_be_too_many_is_explained_and_nothing_is_counted(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        id = await stage.integrate("http://127.0.0.1:1/", channel=["#general", "#other"])
        for number in range(MAX_RUNS):
            assert await stops(stage, LED) == {}
            await stage.say(f"{number}", chain=LED)
        assert "30 runs within a minute; hookcell.loopGuard" in (await stops(stage, LED))["loopGuard"]
        assert await stops(stage) == await stops(stage, LED, OTHER.id) == {}
        await stage.say("one too many", chain=LED)
        assert [row.state for row in await stage.rows()] == ["pending"] * MAX_RUNS + ["finished"]
        assert (await stage.records(id))[0]["step"] == "stopped-by-loop-guard"


async def test_an_event_that_would_be_held_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accepting, "MAX_PENDING", 2)
    async with staged(tmp_path) as stage:
        await stage.integrate("http://127.0.0.1:1/")
        await stage.say("one")
        assert await stops(stage) == {}
        await stage.say("two")
        assert await stops(stage) == {
            "backlog": "2 of its deliveries wait; this one would be held until somebody releases it"
        }
        await stage.say("three")
        assert [row.state for row in await stage.rows()] == ["pending", "pending", "held"]
