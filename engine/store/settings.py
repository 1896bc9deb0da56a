"""The settings that an administrator has set; what has no row is as it came."""

from sqlalchemy import Connection, select, update

from engine.model.json import JsonValue
from engine.store.conflicts import insert_if_absent
from engine.store.schema import settings


def all_settings(connection: Connection) -> dict[str, JsonValue]:
    rows = connection.execute(select(settings.c.id, settings.c.value)).all()
    return {row.id: row.value for row in rows}


def set_setting(connection: Connection, id: str, value: JsonValue, now: int) -> None:
    row = {"id": id, "value": value, "updated_at": now}
    if connection.execute(insert_if_absent(connection, settings).values(row)).rowcount == 0:
        connection.execute(update(settings).where(settings.c.id == id).values(value=value, updated_at=now))
