from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, update

from engine import history, history_lists
from engine.errors import Forbidden, PlainError
from engine.history_lists import list_history
from engine.model.history import IncomingRun, RunStart
from engine.model.integrations import IncomingIntegration
from engine.model.messages import User
from engine.paging import Page
from engine.querying import Query, parse_query
from engine.redaction import Redactor
from engine.store import permissions, users
from engine.store.history import list_incoming
from engine.store.integrations import insert_integration
from engine.store.runs import drop_run, end_run, start_run
from engine.store.schema import deliveries
from engine.trace import Trace
from tests.engine.stages import ALICE, Stage, staged
from tests.receiver import Receiver, Response

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("dialect")]

MANAGER = User("manager", "manager", "M", "user", ("managing",), True)
STRANGER = User("stranger", "stranger", "S", "user", ("owning",), True)
NOBODY = User("nobody", "nobody", "N", "user", (), True)
PLAIN = Redactor.of([])
FIRST = Page(0, 50)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def furnish(connection: Connection, roles: Mapping[str, tuple[str, ...]]) -> None:
    for user in (MANAGER, STRANGER, NOBODY):
        users.insert_user(connection, user, email=None, password_hash=None, now=0)
    for name, holders in roles.items():
        permissions.set_roles(connection, name, holders, 0)


async def allow(stage: Stage) -> None:
    kinds = ("incoming", "outgoing")
    roles = {f"manage-{kind}-integrations": ("managing",) for kind in kinds}
    await stage.store.write(
        furnish, {**roles, **{f"manage-own-{kind}-integrations": ("owning", "user") for kind in kinds}}
    )


async def listed(stage: Stage, id: str, caller: User = MANAGER, page: Page = FIRST, strict: bool = False) -> Any:
    return await list_history(stage.store, stage.workspace, caller, id, page, strict=strict)


async def with_attempts(stage: Stage, numbers: list[int]) -> str:
    """An integration with a delivery of each number of attempts, the oldest first."""
    answers = [Response(503) if more else Response(200) for number in numbers for more in range(number)[::-1]]
    async with Receiver(lambda _: answers.pop(0)) as receiver:
        id = await stage.integrate(receiver.url, retryFailedCalls=True, retryCount=9, retryDelay="powers-of-ten")
        for at, number in enumerate(numbers):
            await stage.say(f"message {at}")
            for _ in range(number):
                await stage.work()
                await stage.store.write(due_now)
    await stage.store.write(age)
    return id


def due_now(connection: Connection) -> None:
    connection.execute(update(deliveries).where(deliveries.c.state == "pending").values(due=0))


def age(connection: Connection) -> None:
    connection.execute(update(deliveries).values(updated_at=deliveries.c.seq))


async def with_hook(stage: Stage) -> int:
    """The revision of an integration that is called `incoming`."""
    integration = IncomingIntegration.model_validate(
        {
            "_id": "incoming",
            "type": "webhook-incoming",
            "name": "in",
            "enabled": True,
            "username": "rocket.cat",
            "userId": "rocket.cat",
            "channel": ["#general"],
            "scriptEnabled": False,
            "token": "0123456789abcdef",
            "_createdAt": "2026-01-01T00:00:00.000Z",
            "_updatedAt": "2026-01-01T00:00:00.000Z",
            "_createdBy": {"_id": ALICE.id, "username": ALICE.username},
        }
    )
    return await stage.store.write(insert_integration, integration, None, 0)


async def test_pages_are_of_records_one_for_each_attempt(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await allow(stage)
        id = await with_attempts(stage, [1, 3, 2])
        expected = [
            ("message 2", 2),
            ("message 2", 1),
            ("message 1", 3),
            ("message 1", 2),
            ("message 1", 1),
            ("message 0", 1),
        ]
        for offset, count in [(0, 50), (0, 1), (1, 2), (2, 3), (3, 1), (4, 2), (5, 5), (6, 3), (0, 0), (4, 0)]:
            body = await listed(stage, id, page=Page(offset, count))
            found = [(record["data"]["text"], record["attempt"]) for record in body["history"]]
            assert found == expected[offset : offset + count if count else None], (offset, count)
            assert (body["offset"], body["items"], body["count"]) == (offset, len(found), len(found))
            assert body["total"] == 6
        oldest_first = await listed(stage, id, page=Page(1, 3, (("_updatedAt", 1),)))
        assert [(record["data"]["text"], record["attempt"]) for record in oldest_first["history"]] == expected[::-1][
            1:4
        ]
        by_creation = await listed(stage, id, page=Page(0, 1, (("_createdAt", -1),)))
        assert by_creation["history"][0]["data"]["text"] == "message 2"


async def test_a_delivery_that_was_never_tried_has_no_record_yet(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await allow(stage)
        id = await stage.integrate("http://127.0.0.1:9/")
        await stage.say("hello")
        assert (await listed(stage, id))["total"] == 0
        await stage.set_rows(state="held", interruptions=3, held_reason="interrupted")
        body = await listed(stage, id)
        assert (body["total"], body["history"][0]["heldReason"]) == (1, "interrupted")


async def test_incoming_runs_are_listed_with_the_permission_of_their_kind(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await allow(stage)
        revision = await with_hook(stage)
        for number in range(3):
            start = RunStart(
                f"run{number}", "incoming", revision, "w", history.pack_masked({"n": number}, PLAIN), number
            )
            await stage.store.write(start_run, start)
        packed = history.pack_trace(Trace("run0").then("posted", resultMessage=[]), PLAIN)
        await stage.store.write(end_run, "run0", "finished", packed, 9)
        await stage.store.write(drop_run, "run1")
        body = await listed(stage, "incoming")
        assert [(record["_id"], record["state"]) for record in body["history"]] == [
            ("run0", "finished"),
            ("run2", "running"),
        ]
        assert [record["request"] for record in body["history"]] == [{"n": 0}, {"n": 2}]
        assert (await listed(stage, "incoming", ALICE))["total"] == 2
        assert (await listed(stage, "incoming", STRANGER))["total"] == 0
        with pytest.raises(Forbidden):
            await listed(stage, "incoming", NOBODY)


async def test_an_answer_ends_early_where_its_records_are_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_lists, "RECORDS_A_READ", 5)
    monkeypatch.setattr(history_lists, "BYTES_A_TURN", 150_000)
    monkeypatch.setattr(history_lists, "MAX_ANSWER_BYTES", 250_000)
    async with staged(tmp_path) as stage:
        await allow(stage)
        revision = await with_hook(stage)
        for number in range(8):
            request = history.pack_masked({"n": number, "body": "x" * 100_000}, PLAIN)
            await stage.store.write(start_run, RunStart(f"run{number}", "incoming", revision, "w", request, -number))

        async def numbers(offset: int, query: Query | None = None) -> list[Any]:
            page = Page(offset, 100)
            at = (stage.store, stage.workspace, MANAGER, "incoming", page)
            body: Any = await list_history(*at, strict=False, query=query)
            found: list[Any] = body["history"]
            assert (body["offset"], body["count"], body["items"]) == (offset, len(found), len(found))
            assert body["total"] == (8 if query is None else 4)
            return [record["request"]["n"] for record in found]

        assert [await numbers(offset) for offset in (0, 3, 6, 8)] == [[0, 1, 2], [3, 4, 5], [6, 7], []]
        reads = []

        def list_runs(*args: Any, **part: Any) -> list[IncomingRun]:
            reads.append(part["offset"])
            return list_incoming(*args, **part)

        monkeypatch.setattr(history_lists, "list_incoming", list_runs)
        odd = parse_query('{"$or": [{"request.n": 1}, {"request.n": 3}, {"request.n": 5}, {"request.n": 7}]}')
        assert [await numbers(offset, odd) for offset in (0, 3)] == [[1, 3, 5], [7]]
        # five each time, however large the records are
        assert reads == [0, 5, 0, 5]


async def test_under_strict_every_history_takes_the_outgoing_permission(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await allow(stage)
        await stage.store.write(permissions.set_roles, "manage-own-outgoing-integrations", (), 0)
        with pytest.raises(Forbidden):
            await listed(stage, "unknown", STRANGER, strict=True)
        assert (await listed(stage, "unknown", STRANGER))["history"] == []
        assert (await listed(stage, "unknown", MANAGER, strict=True))["total"] == 0


async def test_a_blank_id_is_refused(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await allow(stage)
        with pytest.raises(PlainError, match="Invalid integration id."):
            await listed(stage, " ")
