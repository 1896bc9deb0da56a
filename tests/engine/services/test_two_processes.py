import asyncio
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.store.schema import held_keys
from tests.dialects import kept_in, settings_at
from tests.engine.services import adding
from tests.engine.services.runs import desk

pytestmark = pytest.mark.anyio


async def test_fifty_calls_of_two_processes_of_the_system_lose_nothing(tmp_path: Path) -> None:
    with kept_in("postgresql", tmp_path):
        async with desk(tmp_path) as at:
            command = (
                sys.executable,
                "-m",
                adding.__name__,
                str(tmp_path),
                settings_at(tmp_path)["database_url"],
                "25",
            )
            processes = [await asyncio.create_subprocess_exec(*command) for _ in range(2)]
            assert [await process.wait() for process in processes] == [0, 0]
            run = await at.open()
            assert await run.ask("store", "get", {"key": "count"}) == {"found": True, "value": 50}
            assert await run.ask("store", "get", {"key": "list"}) == {"found": True, "value": [*range(1, 51)]}
            count = select(func.count()).select_from(held_keys)
            assert await at.store.read(lambda connection: connection.execute(count).scalar_one()) == 0
