"""Keys that servers of one database make for themselves, and share."""

from sqlalchemy import Connection, select

from engine.store.conflicts import insert_if_absent
from engine.store.schema import settings

# no setting that anybody sees or sets begins so
_PREFIX = "_key:"


def ensure_key(connection: Connection, name: str, made: str, now: int) -> str:
    """The key of that name: `made`, where there is none yet."""
    id = _PREFIX + name
    connection.execute(insert_if_absent(connection, settings).values(id=id, value=made, updated_at=now))
    key: str = connection.execute(select(settings.c.value).where(settings.c.id == id)).scalar_one()
    return key
