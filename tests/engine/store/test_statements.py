import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine.model.json import JsonObject
from engine.store.schema import rooms, users
from engine.store.statements import Statement
from tests.engine.store.stores import either

pytestmark = pytest.mark.usefixtures("dialect")

ROLES: JsonObject = {"text": 'ü "quoted" \n', "half a pair": "\udc80", "list": [1, 2.5, None, True]}
NAMES = ("id", "username", "username_lower", "name", "type", "active", "roles", "created_at", "updated_at")
INSERT = Statement(insert(users).values({name: bindparam(name) for name in NAMES}))
FETCH = Statement(select(users.c.active, users.c.roles, users.c.email).where(users.c.id == bindparam("user")))
RENAME = Statement(
    update(users)
    .where(users.c.id == bindparam("user"), users.c.type == "bot")
    .values(name=bindparam("new"), created_at=users.c.created_at + 1)
    .returning(users.c.name, users.c.created_at)
)
DELETE = Statement(delete(users).where(users.c.created_at < bindparam("before")))


def row(id: str, **changed: object) -> dict[str, object]:
    fixed = {"type": "bot", "active": True, "roles": ROLES, "created_at": 1, "updated_at": 1}
    return {"id": id, "username": id, "username_lower": id, "name": id, **fixed, **changed}


def test_values_go_in_and_come_out_as_core_takes_and_gives_them(tmp_path: Path) -> None:
    def both(connection: Connection) -> None:
        assert INSERT.run(connection, **row("a")) == 1
        connection.execute(insert(users).values(row("b", active=False)))
        for id in ("a", "b"):
            by_core = connection.execute(
                select(users.c.active, users.c.roles, users.c.email).where(users.c.id == id)
            ).one()
            assert FETCH.row(connection, user=id) == tuple(by_core)
        assert FETCH.row(connection, user="a") == (True, ROLES, None)
        assert FETCH.row(connection, user="none") is None
        assert RENAME.rows(connection, user="a", new="A") == [("A", 2)]
        INSERT.run_many(connection, [row("c"), row("d")])
        INSERT.run_many(connection, [])
        assert DELETE.run(connection, before=2) == 3

    async def run() -> None:
        async with either(tmp_path) as store:
            await store.write(both)

    asyncio.run(run())


def test_a_value_too_many_or_too_few_is_named(tmp_path: Path) -> None:
    async def run() -> None:
        async with either(tmp_path) as store:
            with pytest.raises(TypeError, match=r"takes \['user'\], not \['name'\]"):
                await store.read(FETCH.row, name="a")

    asyncio.run(run())


def test_a_list_of_values_is_refused(tmp_path: Path) -> None:
    listed = Statement(select(rooms.c.id).where(rooms.c.id.in_(["a", "b"])))

    async def run() -> None:
        async with either(tmp_path) as store:
            with pytest.raises(TypeError, match="list of values"):
                await store.read(listed.rows)

    asyncio.run(run())
