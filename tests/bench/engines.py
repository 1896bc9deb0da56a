"""A whole engine in this process, without HTTP in front of it: users, rooms, integrations, messages."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from engine.delivery import queue
from engine.integrations import create
from engine.model.json import JsonObject
from engine.model.messages import MessageContent, User
from engine.runtime import Engine
from engine.settings import Settings
from engine.store.schema import deliveries
from engine.workspace.protocol import PostIntent

ADMIN_PASS = "correct horse"
ROOM = "GENERAL"
AT_ONCE = 64


@asynccontextmanager
async def started(folder: Path) -> AsyncIterator[Engine]:
    engine = await Engine.start(Settings(data=folder, admin_pass=ADMIN_PASS, egress_allow=("127.0.0.1",)))
    try:
        yield engine
    finally:
        await engine.stop()


async def admin(engine: Engine) -> User:
    user = await engine.workspace.user(username="admin")
    assert user is not None
    return user


async def integrate(engine: Engine, *urls: str, **fields: Any) -> str:
    record: JsonObject = {
        "type": "webhook-outgoing",
        "name": "bench",
        "event": "sendMessage",
        "enabled": True,
        "urls": [*urls],
    }
    record |= {"channel": "#general", "username": "rocket.cat", "scriptEnabled": "script" in fields, **fields}
    made = (await create(engine.registry, await admin(engine), record))["integration"]
    assert isinstance(made, dict)
    if "scriptError" in made:
        raise SystemExit(f"the script does not compile: {made['scriptError']}")
    return str(made["_id"])


async def say(engine: Engine, texts: Sequence[str]) -> None:
    """Each a message of its own, AT_ONCE at a time."""
    user, left = await admin(engine), list(reversed(texts))

    async def speaker() -> None:
        while left:
            draft = await engine.workspace.resolve(PostIntent(user.id, ROOM, MessageContent(left.pop())))
            await engine.post([draft])

    await asyncio.gather(*(speaker() for _ in range(AT_ONCE)))


async def idle(engine: Engine) -> None:
    """Returns once nothing is due or under way, not even claimed a moment ago."""
    while (
        engine.worker.in_flight
        or (await engine.store.read(queue.look)).due
        or "claimed" in await engine.store.read(states)
    ):
        await asyncio.sleep(0.02)


def states(connection: Connection) -> dict[str, int]:
    statement = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    return {row[0]: row[1] for row in connection.execute(statement).all()}
