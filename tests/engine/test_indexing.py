import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine import indexing
from engine.dates import iso
from engine.indexing import IndexCache
from engine.model.integrations import from_record
from engine.model.json import JsonObject
from engine.store import configuration
from engine.store.database import Store
from engine.store.integrations import delete_integration, disable_integration, insert_integration
from tests.dialects import open_at
from tests.engine.test_hearing import said


class Watched:
    """A store that counts what is read from it."""

    shared = False

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reads: list[str] = []
        self.write, self.write_soon = store.write, store.write_soon
        self.close, self.backup, self.queue_load = store.close, store.backup, store.queue_load
        self.tell, self.listen = store.tell, store.listen

    async def read(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        self.reads.append(function.__name__)
        await asyncio.sleep(0)
        return await self._store.read(function, *args, **kwargs)


@asynccontextmanager
async def watched(data: Path) -> AsyncIterator[Watched]:
    store = await open_at(data)
    try:
        yield Watched(store)
    finally:
        await store.close()


def test_it_is_read_once_and_again_after_a_change(tmp_path: Path) -> None:
    async def main() -> None:
        async with watched(tmp_path) as store:
            cache = IndexCache()
            await _insert(store, "a")
            index = await cache.current(store)
            assert [match.entry.id for match in index.match(said("x"))] == ["a"]
            assert index.version == await store.read(configuration.version)
            store.reads.clear()
            assert await cache.current(store) is index and store.reads == []
            await _insert(store, "b")
            await _insert(store, "off", enabled=False)
            cache.invalidate()
            again = await cache.current(store)
            assert [match.entry.id for match in again.match(said("x"))] == ["a", "b"]
            assert again.entries["a"] is index.entries["a"]
            await store.write(disable_integration, "a", iso(9), 9)
            await store.write(delete_integration, "b")
            cache.invalidate()
            assert (await cache.current(store)).match(said("x")) == []

    asyncio.run(main())


def test_a_change_of_something_else_reads_the_version_only(tmp_path: Path) -> None:
    async def main() -> None:
        async with watched(tmp_path) as store:
            cache = IndexCache()
            index = await cache.current(store)
            store.reads.clear()
            cache.invalidate()
            assert await cache.current(store) is index
            assert store.reads == ["version"]

    asyncio.run(main())


def test_callers_at_once_wait_for_one_reading(tmp_path: Path) -> None:
    async def main() -> None:
        async with watched(tmp_path) as store:
            cache = IndexCache()
            indexes = await asyncio.gather(*(cache.current(store) for _ in range(5)))
            assert all(index is indexes[0] for index in indexes)
            assert store.reads.count("version") == 1

    asyncio.run(main())


def test_more_than_a_page_is_read_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "PAGE", 3)
    monkeypatch.setattr(indexing, "RECORDS_A_READ", 2)

    async def main() -> None:
        async with watched(tmp_path) as store:
            ids = [f"i{number}" for number in range(8)]
            for id in ids:
                await _insert(store, id)
            index = await IndexCache().current(store)
            assert sorted(index.entries) == ids
            assert store.reads.count("get_revisions") == 4

    asyncio.run(main())


def test_a_reading_that_fails_is_tried_again_by_the_next_caller(tmp_path: Path) -> None:
    async def main() -> None:
        async with watched(tmp_path) as store:
            cache = IndexCache()
            read, failing = store.read, True

            async def fail_once(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
                nonlocal failing
                if failing:
                    failing = False
                    raise ConnectionError("away")
                return await read(function, *args, **kwargs)

            store.read = fail_once  # type: ignore[method-assign]
            with pytest.raises(ConnectionError):
                await cache.current(store)
            assert (await cache.current(store)).version == await read(configuration.version)

    asyncio.run(main())


async def _insert(store: Watched, id: str, *, enabled: bool = True) -> None:
    record: JsonObject = {
        "_id": id,
        "type": "webhook-outgoing",
        "name": id,
        "enabled": enabled,
        "username": "rocket.cat",
        "userId": "rocket.cat",
        "channel": ["#general"],
        "scriptEnabled": False,
        "event": "sendMessage",
        "urls": ["http://x"],
        "_createdAt": iso(0),
        "_createdBy": {"_id": "c", "username": "c"},
        "_updatedAt": iso(0),
    }
    await store.write(insert_integration, from_record(record), None, 0)
