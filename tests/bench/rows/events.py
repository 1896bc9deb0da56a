"""Chat events accepted durably: a second, and CPU beside the same statements through bare sqlite3; matching among many."""

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop
from sqlalchemy import Connection, select

from engine.accepting import plan
from engine.delivery.rules import Rules
from engine.ids import new_id
from engine.matching import Index, OutgoingEntry, build_index
from engine.model.events import Event
from engine.model.integrations import OutgoingIntegration, from_record
from engine.model.json import JsonObject
from engine.model.messages import Message, MessageContent, Room, User
from engine.runtime import Engine
from engine.store.connections import driver
from engine.store.schema import deliveries
from engine.store.sqlite import FILE_NAME
from engine.workspace.protocol import Draft, PostIntent
from tests.bench import engines
from tests.bench.measure import emit
from tests.bench.table import Probe, Row

MANY = (10, 1_000, 100_000)
NOWHERE = "http://192.0.2.1/hook"

ACCEPT = Probe("rows.events", "--what accept --seconds SECONDS")
MATCH = Probe("rows.events", "--what match --seconds SECONDS")


def _matched(number: int) -> Callable[[Any], float]:
    return lambda one: float(one.lines[MATCH][f"of_{number}_us"] / one.lines[MATCH]["of_10_us"])


ROWS = (
    Row(
        "a chat event accepted durably with its delivery, CPU against the same statements through bare sqlite3",
        (ACCEPT,),
        lambda one: float(one.lines[ACCEPT]["cpu_us"] / one.lines[ACCEPT]["bare_us"]),
        hold=4,
        aim=2,
        least=True,
        beside=lambda one: "{cpu_us:,.0f} us, bare {bare_us:,.0f} us; {rate:,.0f}/s accepted".format_map(
            one.lines[ACCEPT]
        ),
    ),
    Row(
        "matching an event with 100,000 integrations against 10",
        (MATCH,),
        _matched(100_000),
        hold=1.2,
        aim=1.05,
        least=True,
        beside=lambda one: ", ".join(f"{number:,}: {one.lines[MATCH][f'of_{number}_us']:.1f} us" for number in MANY),
    ),
)


async def _drafts(engine: Engine, number: int) -> list[Draft]:
    user = await engines.admin(engine)
    texts = [f"hello number {one}" for one in range(number)]
    intents = [PostIntent(user.id, engines.ROOM, MessageContent(text)) for text in texts]
    return [await engine.workspace.resolve(intent) for intent in intents]


async def _accepted(engine: Engine, drafts: list[Draft]) -> tuple[float, float]:
    """A second, and seconds of CPU for each: from the resolved message to the answer after its COMMIT."""
    left = list(reversed(drafts))

    async def speaker() -> None:
        while left:
            await engine.post([left.pop()])

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(speaker() for _ in range(engines.AT_ONCE)))
    return len(drafts) / (time.perf_counter() - began), (time.process_time() - cpu) / len(drafts)


async def _statements(engine: Engine, draft: Draft) -> list[str]:
    """What SQLite is asked for one event; its ids are the parameters `message` and `delivery`."""
    seen: list[str] = []
    await engine.store.write(lambda connection: driver(connection).set_trace_callback(seen.append))
    seen.clear()
    await engine.post([draft])
    asked = [line for line in seen if line.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))]
    await engine.store.write(lambda connection: driver(connection).set_trace_callback(None))
    ids = {draft.message.id: ":message", (await engine.store.read(_newest_delivery)): ":delivery"}
    for id, parameter in ids.items():
        asked = [line.replace(f"'{id}'", parameter) for line in asked]
    return asked


def _newest_delivery(connection: Connection) -> str:
    return str(connection.execute(select(deliveries.c.id).order_by(deliveries.c.seq.desc()).limit(1)).scalar_one())


def _bare(database: Path, statements: list[str], number: int) -> float:
    """Seconds of CPU for each event: the same statements, as many in a commit as the writer's groups have."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    cpu = time.thread_time()
    for start in range(0, number, engines.AT_ONCE):
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(start, min(start + engines.AT_ONCE, number)):
            ids = {"message": new_id(), "delivery": new_id()}
            connection.execute("SAVEPOINT operation")
            for statement in statements:
                connection.execute(statement, ids).fetchall()
            connection.execute("RELEASE operation")
        connection.execute("COMMIT")
    used = (time.thread_time() - cpu) / number
    connection.close()
    return used


async def accept(number: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        async with engines.started(Path(folder)) as engine:
            await engines.integrate(engine, NOWHERE)
            await engine.worker.drain(0)
            await _accepted(engine, await _drafts(engine, 100))
            statements = await _statements(engine, (await _drafts(engine, 1))[0])
            ours, bare = [], []
            for _ in range(3):
                ours.append(await _accepted(engine, await _drafts(engine, number)))
                bare.append(await asyncio.to_thread(_bare, Path(folder) / FILE_NAME, statements, number))
    return {
        "rate": statistics.median(rate for rate, _ in ours),
        "cpu_us": statistics.median(cpu for _, cpu in ours) * 1e6,
        "bare_us": statistics.median(bare) * 1e6,
    }


def _index(number: int) -> Index:
    """So many integrations of other channels and words beside the one that hears the event."""
    record: JsonObject = {
        "type": "webhook-outgoing",
        "name": "x",
        "enabled": True,
        "username": "u",
        "userId": "u",
        "urls": [NOWHERE],
    }
    record |= {"event": "sendMessage", "scriptEnabled": False, "_createdAt": "", "_updatedAt": ""}
    record |= {"_createdBy": {"_id": "u", "username": "u"}}

    def entry(one: int) -> OutgoingEntry:
        own: JsonObject = {"channel": [], "triggerWords": [f"word{one}"]}
        if one % 2:
            own = {"channel": [f"#room-{one % 5_000}"]}
        if one == 0:
            own = {"channel": ["#general"]}
        integration = from_record({**record, "_id": f"integration-{one}", **own})
        assert isinstance(integration, OutgoingIntegration)
        return OutgoingEntry.of(integration, one)

    return build_index(1, (entry(one) for one in range(number)))


def match(seconds: float) -> dict[str, float]:
    room, user = Room(engines.ROOM, "c", "general", 0), User("u", "ann", "Ann", "user", (), True)
    message = Message("m", engines.ROOM, "u", "ann", 0, "hello, this is a message as people write them", {})
    event = Event("sendMessage", "embedded", "message", "m", 0, user, room, message)
    took: dict[int, list[float]] = {number: [] for number in MANY}
    indices = {number: _index(number) for number in MANY}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for number, index in indices.items():
            began = time.perf_counter()
            for _ in range(100):
                planned = plan(event, index, Rules())
            took[number].append((time.perf_counter() - began) / 100 * 1e6)
            if len(planned.deliveries) != 1:
                raise SystemExit(f"{len(planned.deliveries)} integrations heard it")
    return {f"of_{number}_us": statistics.median(times) for number, times in took.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--what", choices=("accept", "match"), required=True)
    parser.add_argument("--seconds", type=float, default=2.0)
    given = parser.parse_args()
    emit(match(given.seconds) if given.what == "match" else uvloop.run(accept(max(100, int(given.seconds * 400)))))
