import asyncio
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.store.schema import held_keys
from engine.store.values import list_values
from engine.trace import now_ms
from tests.dialects import kept_in, settings_at
from tests.engine.services import adding
from tests.engine.services.runs import ID, desk

pytestmark = pytest.mark.anyio


HOUR_MS = 3_600_000


async def test_what_has_its_time_is_kept_so_long_whatever_clock_a_machine_has(tmp_path: Path) -> None:
    with kept_in("postgresql", tmp_path):
        async with desk(tmp_path) as at:
            for key, wrong_by in (("early", HOUR_MS), ("right", 0), ("late", -HOUR_MS)):
                run = await at.open()
                run._store._clock = lambda wrong_by=wrong_by: now_ms() + wrong_by  # type: ignore[misc]
                await run.ask("store", "set", {"key": key, "value": 1, "ttl": 600})
                await at.end(run)
            assert await (await at.open()).ask("store", "keys", {"prefix": ""}) == ["early", "late", "right"]
            values = await at.store.read(list_values, ID, now_ms())
            assert all(0 < (value.expires_at or 0) - now_ms() <= 600_000 for value in values)


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
