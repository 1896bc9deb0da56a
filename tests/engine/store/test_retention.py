import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text
from structlog.testing import capture_logs

from engine.delivery import by_hand, queue
from engine.errors import StoreBusy
from engine.retention import DAY_MS, SUPERSEDED_MS, UNUSED_CODE_MS, Retention
from engine.store.leftovers import with_old_revisions
from engine.store.retention import ROWS_A_WRITE, Surplus, prune, surplus
from engine.store.schema import deliveries, events, integration_revisions, integrations, runs, script_code
from engine.trace import now_ms
from tests.dialects import open_at

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("dialect")]

MIB = 1024 * 1024


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def put(connection: Connection, integration: str, at: int, state: str = "finished", size: int = 0) -> None:
    """A delivery with an event of its own, last touched `at`."""
    number = connection.execute(text("SELECT coalesce(max(id), 0) + 1 FROM events")).scalar_one()
    event = {"workspace": "w", "source": "s", "source_id": str(number), "event": "sendMessage"}
    connection.execute(insert(events).values(**event, payload={}, chain={}, created_at=at))
    row = {"id": f"d{number}", "workspace": "w", "event_id": number, "integration_id": integration, "revision": 1}
    row |= {"url": "u", "destination": "d", "order_key": "k", "state": state, "due": 0, "attempts": 1, "lease": 0}
    row |= {"interruptions": 0, "prepared": False, "size": size, "created_at": at, "updated_at": at}
    connection.execute(insert(deliveries).values(row))


def put_run(connection: Connection, id: str, integration: str, at: int, state: str = "finished", size: int = 0) -> None:
    values = {"id": id, "integration_id": integration, "revision": 1, "state": state, "worker": "w", "size": size}
    connection.execute(insert(runs).values(**values, created_at=at, updated_at=at))


def put_many(connection: Connection, number: int) -> None:
    for at in range(number):
        put(connection, "i", at)


def left(connection: Connection) -> tuple[list[int], list[int], int]:
    """When what is left was last touched, of deliveries and of runs, and how many events are left."""
    return (
        sorted(connection.execute(select(deliveries.c.updated_at)).scalars()),
        sorted(connection.execute(select(runs.c.updated_at)).scalars()),
        len(connection.execute(select(events.c.id)).all()),
    )


async def test_what_is_too_old_goes_with_its_event_and_what_waits_stays(tmp_path: Path) -> None:
    store = await open_at(tmp_path)
    try:
        for at, state in (
            (10, "finished"),
            (11, "failed"),
            (12, "held"),
            (13, "pending"),
            (14, "claimed"),
            (90, "held"),
        ):
            await store.write(put, "i", at, state)
        for at, state in ((20, "finished"), (21, "interrupted"), (22, "running"), (91, "refused")):
            await store.write(put_run, f"r{at}", "i", at, state)
        found = await store.read(surplus, 50)
        assert found == Surplus(50)
        assert await store.write(prune, found) == 5
        assert await store.write(prune, found) == 0
        assert await store.read(left) == ([13, 14, 90], [22, 91], 3)
    finally:
        await store.close()


async def test_each_integration_keeps_its_newest_runs(tmp_path: Path) -> None:
    store = await open_at(tmp_path)
    try:
        for at in range(6):
            await store.write(put, "many", at)
            await store.write(put_run, f"r{at}", "many too", at)
        await store.write(put, "few", 0)
        found = await store.read(surplus, -1, max_runs=4)
        assert set(found.of_integrations) == {("many", 2), ("many too", 2)}
        await store.write(prune, found)
        assert await store.read(left) == ([0, 2, 3, 4, 5], [2, 3, 4, 5], 5)
    finally:
        await store.close()


async def test_all_of_them_together_keep_so_many_bytes_the_newest_first(tmp_path: Path) -> None:
    store = await open_at(tmp_path)
    try:
        for at in range(4):
            await store.write(put, "i", 2 * at, size=MIB)
            await store.write(put_run, f"r{at}", "j", 2 * at + 1, size=MIB)
        found = await store.read(surplus, 0, max_bytes=3 * MIB)
        assert found.before == 5
        await store.write(prune, found)
        assert await store.read(left) == ([6], [5, 7], 1)
        assert (await store.read(surplus, 0, max_bytes=3 * MIB)).before == 0
        nothing_fits = await store.read(surplus, 0, max_bytes=1)
        assert nothing_fits.before == 8
    finally:
        await store.close()


async def test_a_lot_goes_in_small_writes(tmp_path: Path) -> None:
    store = await open_at(tmp_path)
    try:
        await store.write(put_many, ROWS_A_WRITE + 10)
        found = Surplus(now_ms())
        assert [await store.write(prune, found) for _ in range(3)] == [ROWS_A_WRITE, 10, 0]
    finally:
        await store.close()


async def test_retention_prunes_what_is_older_than_its_days(tmp_path: Path) -> None:
    store = await open_at(tmp_path)
    try:
        await store.write(put, "i", now_ms() - 31 * DAY_MS)
        await store.write(put, "i", now_ms() - 29 * DAY_MS)
        await store.write(put_run, "r", "i", now_ms() - 31 * DAY_MS)
        assert await Retention(store, days=30).prune() == 2
        assert await Retention(store, days=30).prune() == 0
    finally:
        await store.close()


async def test_a_delivery_that_is_pruned_while_it_is_released_is_not_ended_by_halves(tmp_path: Path) -> None:
    store = await open_at(tmp_path)
    try:
        await store.write(put, "i", 0, "held")
        await store.write(by_hand.release, [1])
        assert await store.write(prune, Surplus(now_ms() + DAY_MS)) == 0
        assert len(await store.write(queue.claim, "w", {"d": 1})) == 1
    finally:
        await store.close()


def put_revisions(connection: Connection, integration: str, ids: list[int], updated_at: int, code: str = "") -> None:
    """An integration whose current revision is the last one; each has a code of its own where `code` is given."""
    for id in ids:
        values = {"id": id, "integration_id": integration, "record": {}, "code": f"{code}{id}" if code else None}
        connection.execute(insert(integration_revisions).values(**values, created_at=0))
    current = {"id": integration, "type": "t", "name": "n", "name_lower": "n", "enabled": True, "user_id": "u"}
    current |= {"created_by": "u", "revision": ids[-1], "created_at": 0, "updated_at": updated_at}
    connection.execute(insert(integrations).values(current))


def put_code(connection: Connection, key: str, at: int) -> None:
    connection.execute(insert(script_code).values(key=key, code=b"", hooks=[], created_at=at))


def revisions_left(connection: Connection) -> list[int]:
    return sorted(connection.execute(select(integration_revisions.c.id)).scalars())


def code_left(connection: Connection) -> list[str]:
    return sorted(connection.execute(select(script_code.c.key)).scalars())


async def test_a_sweep_drops_revisions_that_nothing_names_and_code_that_no_revision_has(tmp_path: Path) -> None:
    store = await open_at(tmp_path)
    try:
        long_ago = now_ms() - SUPERSEDED_MS - 1
        await store.write(put_revisions, "a", [1, 2, 3, 4], long_ago, "code-")
        await store.write(put_revisions, "just saved", [5, 6], now_ms())
        await store.write(put_revisions, "saved once", [7], long_ago)
        await store.write(put, "a", 0)
        await store.write(put_run, "r", "a", 0)
        await store.write(name_revision, 2)
        for key in ("code-1", "code-2", "code-3", "code-4", "of nobody"):
            await store.write(put_code, key, now_ms() - UNUSED_CODE_MS - 1)
        await store.write(put_code, "of somebody soon", now_ms())
        assert await Retention(store, days=30).sweep() == (1, 2)
        assert await store.read(revisions_left) == [1, 2, 4, 5, 6, 7]
        assert await store.read(code_left) == ["code-1", "code-2", "code-4", "of somebody soon"]
        assert await Retention(store, days=30).sweep() == (0, 0)
    finally:
        await store.close()


def name_revision(connection: Connection, revision: int) -> None:
    connection.execute(runs.update().values(revision=revision))


async def test_a_sweep_of_many_looks_at_a_few_at_a_time(tmp_path: Path) -> None:
    store = await open_at(tmp_path)
    try:
        for number in range(3):
            await store.write(put_revisions, f"i{number}", [10 * number, 10 * number + 1, 10 * number + 2], 0)
        assert await store.read(with_old_revisions, "", 1, 2) == ["i0", "i1"]
        assert await store.read(with_old_revisions, "i1", 1, 2) == ["i2"]
        assert await Retention(store, days=30).sweep() == (6, 0)
        assert await store.read(revisions_left) == [2, 12, 22]
    finally:
        await store.close()


async def test_pruning_goes_on_whatever_goes_wrong_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.retention.EVERY_SECONDS", 0.01)
    store = await open_at(tmp_path)
    retention = Retention(store, days=30)
    calls = 0

    async def prune() -> int:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise (RuntimeError("a defect"), StoreBusy("busy"))[calls - 1]
        return 0

    monkeypatch.setattr(retention, "prune", prune)
    try:
        with capture_logs() as logs:
            retention.start()
            async with asyncio.timeout(10):
                while calls < 5:
                    await asyncio.sleep(0.005)
            retention.stop()
        assert [line["log_level"] for line in logs] == ["error", "warning"]
    finally:
        await store.close()
