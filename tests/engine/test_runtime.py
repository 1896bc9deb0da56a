import asyncio
from pathlib import Path

import pytest

from engine.runtime import Engine
from engine.settings import Settings
from engine.store.database import open_store


def test_an_engine_that_cannot_be_made_leaves_nothing_open(tmp_path: Path) -> None:
    async def twice() -> None:
        broken = Settings(data=tmp_path).model_copy(update={"egress_allow": ("no such thing",)})
        with pytest.raises(ValueError, match="no such thing"):
            await Engine.start(broken)
        store = await open_store(Settings(data=tmp_path), on_lost=lambda error: None)
        await store.close()

    asyncio.run(twice())


def test_a_stop_that_fails_in_one_part_closes_all_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stopped() -> None:
        engine = await Engine.start(Settings(data=tmp_path))
        close = engine.client.close

        async def failing() -> None:
            await close()
            raise RuntimeError("a socket broke")

        monkeypatch.setattr(engine.client, "close", failing)
        with pytest.raises(RuntimeError, match="a socket broke"):
            await engine.stop()
        # the store's lock and the cells are gone
        again = await Engine.start(Settings(data=tmp_path))
        await again.stop()

    asyncio.run(stopped())
