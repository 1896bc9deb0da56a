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
