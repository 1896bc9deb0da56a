"""What a look costs: what is due now, by the index, whatever waits besides."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from engine.delivery import by_hand, queue, worker
from engine.delivery.places import Places, Sharing, WorkerLimits
from engine.delivery.queue import MAX_RIPENED, Look
from engine.model.deliveries import Claim
from engine.store.connections import driver
from tests.dialects import Dialect
from tests.engine.delivery.queues import A, B, change, claimed, plan, put, queued, rows, tried

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("dialect")]

HOUR_MS = 3_600_000


def steps_of_a_look(connection: Connection) -> int:
    """Of SQLite's virtual machine, in tens."""
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    driver(connection).set_progress_handler(step, 10)
    queue.look(connection)
    driver(connection).set_progress_handler(None, 0)
    return steps


async def test_destinations_whose_work_is_due_later_cost_a_look_nothing(tmp_path: Path, dialect: Dialect) -> None:
    if dialect == "postgresql":
        return await _not_read_on_postgresql(tmp_path)
    async with queued(tmp_path) as store:
        costs = []
        for number in (10, 1_000):
            await store.write(put, tuple(f"http://{number}-{n}:80" for n in range(number)))
            await store.write(tried, HOUR_MS)
            await store.write(put, (A, B))
            assert (await store.read(queue.look)).due == (A, B)
            costs.append(await store.write(steps_of_a_look))
            await store.write(tried, HOUR_MS)
        assert costs[1] < 2 * costs[0]


async def _not_read_on_postgresql(tmp_path: Path) -> None:
    def read(connection: Connection) -> int:
        """Entries of any index of deliveries, and rows, that this transaction has read."""
        counted = "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'deliveries'"
        found: int = connection.execute(text(counted)).scalar_one()
        return found

    def looked(connection: Connection) -> int:
        before = read(connection)
        assert queue.look(connection).due == (A, B)
        return read(connection) - before

    async with queued(tmp_path) as store:
        await store.write(put, tuple(f"http://{n}:80" for n in range(1_000)))
        await store.write(tried, HOUR_MS)
        await store.write(put, (A, B))
        await store.write(analyze)
        assert await store.write(looked) < 50


def waiting(connection: Connection) -> int:
    return sum(row.waiting for row in rows(connection))


async def test_what_waited_is_due_when_its_time_has_come_a_bounded_number_at_once(tmp_path: Path) -> None:
    async with queued(tmp_path) as store:
        await store.write(put, (A,) * (MAX_RIPENED + 2))
        await store.write(tried, HOUR_MS)
        look = await store.read(queue.look)
        assert look.due == () and look.next_ms is not None and HOUR_MS - 60_000 < look.next_ms <= HOUR_MS
        await store.write(queue.ripen)
        assert await store.read(waiting) == MAX_RIPENED + 2
        await store.write(change, due=1)
        assert await store.read(queue.look) == Look((A,), None)
        assert await claimed(store, "w") == []
        for left in (2, 0, 0):
            await store.write(queue.ripen)
            assert await store.read(waiting) == left
        assert len(await claimed(store, "w", A, 1_000)) == MAX_RIPENED + 2


async def test_what_is_sent_now_waits_no_more(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        await store.write(tried, HOUR_MS)
        assert await store.write(by_hand.send_now, [1]) == 1
        assert len(await claimed(store, "w")) == 1


@pytest.mark.parametrize("ending", [queue.put_off, queue.interrupt])
async def test_a_retry_that_is_put_off_waits_apart_from_what_is_due(tmp_path: Path, ending: object) -> None:
    async with queued(tmp_path, A) as store:
        await store.write(change, attempts=1)
        (claim,) = await claimed(store, "w")
        await store.write(ending, claim, HOUR_MS)  # type: ignore[arg-type]
        assert [row.waiting for row in await store.read(rows)] == [True]


async def test_integrations_that_are_full_are_neither_seen_nor_claimed(tmp_path: Path) -> None:
    async with queued(tmp_path) as store:
        for integration, at in (("one", (A, B)), ("two", (A,)), ("three", (A, B))):
            await store.write(put, at, integration=integration)
        assert (await store.read(queue.look, ("one", "three"))).due == (A,)
        claims = await store.write(queue.claim, "w", {A: 9, B: 9}, ("one", "three"))
        assert [(claim.destination, claim.integration_id) for claim in claims] == [(A, "two")]
        assert len(await store.write(queue.claim, "w", {A: 9, B: 9})) == 4


async def test_who_has_hundreds_of_destinations_is_not_asked_in_vain_at_each(tmp_path: Path, dialect: Dialect) -> None:
    asked: list[str] = []

    def take(connection: Connection, sharing: Sharing) -> Counter[str]:
        if dialect == "sqlite":
            driver(connection).set_trace_callback(asked.append)
        claims = worker.take(connection, "w", sharing)[1]
        if dialect == "sqlite":
            driver(connection).set_trace_callback(None)
        return Counter(claim.integration_id for claim in claims)

    limits = WorkerLimits()
    places = Places(limits)
    async with queued(tmp_path) as store:
        await store.write(put, tuple(f"http://1.1.{n}.1:80" for n in range(500)), integration="one")
        await store.write(put, (A, B), integration="other")
        assert await store.write(take, places.sharing()) == {"one": limits.an_integration, "other": 2}
        assert len(asked) < 200
        asked.clear()
        for number in range(limits.for_all):
            places.take(Claim(-number, "w", 1, f"http://{number}:80", f"{number}"))
        await store.write(put, (A, B), integration="third")
        assert await store.write(take, places.sharing()) == {"one": limits.new_ones, "third": limits.new_ones}
        assert len(asked) < 50


async def test_looking_and_claiming_go_by_the_index_of_what_is_due(tmp_path: Path, dialect: Dialect) -> None:
    if dialect == "postgresql":
        await _by_index_on_postgresql(tmp_path)
    else:
        await _by_index_on_sqlite(tmp_path)


async def _by_index_on_sqlite(tmp_path: Path) -> None:
    statements: list[str] = []

    def recorded(connection: Connection) -> None:
        driver(connection).set_trace_callback(statements.append)
        queue.ripen(connection)
        queue.look(connection)
        queue.look(connection, ("full",))
        queue.claim(connection, "w", {A: 1})
        queue.claim(connection, "w", {A: 1}, ("full",))
        driver(connection).set_trace_callback(None)

    async with queued(tmp_path, A) as store:
        await store.write(recorded)
        used = ("ix_deliveries_due", "ix_deliveries_waiting", "ix_deliveries_claimed", "PRIMARY KEY")
        planned = 0
        for statement in statements:
            steps = await store.read(plan, statement)
            searches = [step for step in steps if "deliveries" in step]
            assert all(any(index in step for index in used) for step in searches), steps
            assert not any("TEMP B-TREE" in step for step in steps), steps
            planned += bool(searches)
        assert planned == 9


async def _by_index_on_postgresql(tmp_path: Path) -> None:
    def scans(connection: Connection) -> int:
        """Of the whole table, in this transaction."""
        counted = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'deliveries'"
        found: int = connection.execute(text(counted)).scalar_one()
        return found

    def recorded(connection: Connection) -> tuple[int, int]:
        before = scans(connection)
        queue.ripen(connection)
        assert queue.look(connection).due == (A, B)
        assert len(queue.claim(connection, "w", {A: 5, B: 5})) == 10
        return before, scans(connection)

    async with queued(tmp_path) as store:
        await store.write(put, (A, B) * 1_000)
        await store.write(analyze)
        before, after = await store.write(recorded)
        assert before == after


def analyze(connection: Connection) -> None:
    connection.execute(text("ANALYZE deliveries"))
