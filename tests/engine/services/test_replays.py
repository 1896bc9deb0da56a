"""A replayed run keeps what its script writes to itself, whether it posts or not."""

from pathlib import Path

import pytest

from engine.services import RunServices
from engine.store.connections import json_value
from engine.store.values import list_values
from tests.engine.services.runs import ID, desk, integration

pytestmark = pytest.mark.anyio


async def count(run: RunServices) -> object:
    return await run.ask("store", "add", {"key": "count", "number": 1})


@pytest.mark.parametrize("posts", [False, True])
async def test_what_a_replay_writes_is_its_own(tmp_path: Path, posts: bool) -> None:
    async with desk(tmp_path) as at:
        # two, so that what a replay would leave is another number than what is there
        for number in (1, 2):
            live = await at.open()
            assert await count(live) == number
            await at.end(live)
        replay = await at.kit.open(ID, integration(ID), "replay", replayed=True, posts=posts)
        replay.begin("process_incoming", 5)
        assert await count(replay) == 1
        await at.end(replay)
        assert [json_value(value.text) for value in await at.store.read(list_values, ID, 0)] == [2]
