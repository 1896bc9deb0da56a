"""What integrations say of rooms and users, and what becomes of it when those are renamed or deleted."""

from collections.abc import Sequence

from sqlalchemy import Connection, Text, and_, cast, select

from engine.dates import iso
from engine.store.integrations import disable_integration, get_integration, revise_integration
from engine.store.schema import integration_revisions, integrations


def integrations_naming(connection: Connection, channel: str, after: str, limit: int) -> tuple[list[str], str | None]:
    """Ids of those whose record has the text, among the `limit` behind `after`, and where to go on, None at the end.

    More are found than have it in their `channel`: a record is searched as text.
    """
    page = select(integrations.c.id).where(integrations.c.id > after).order_by(integrations.c.id).limit(limit)
    ids = list(connection.execute(page).scalars())
    if not ids:
        return [], None
    current = and_(integrations.c.revision == integration_revisions.c.id, integrations.c.id.between(ids[0], ids[-1]))
    named = cast(integration_revisions.c.record, Text).contains(f'"{channel}"', autoescape=True)
    found = select(integrations.c.id).join(integration_revisions, current).where(named)
    return list(connection.execute(found).scalars()), ids[-1] if len(ids) == limit else None


def rename_in_channels(connection: Connection, ids: Sequence[str], old: str, new: str, now: int) -> None:
    for id in ids:
        saved = get_integration(connection, id)
        if saved is None or old not in saved.integration.channel:
            continue
        channel = tuple(new if item == old else item for item in saved.integration.channel)
        renamed = saved.integration.model_copy(update={"channel": channel, "updated_at": iso(now)})
        revise_integration(connection, renamed, saved.code, seen=saved.revision, now=now)


def disable_some_of(connection: Connection, user_id: str, limit: int, now: int) -> int:
    """Disables at most `limit` integrations that post as the user; how many, 0 when none is left."""
    mine = select(integrations.c.id).where(integrations.c.user_id == user_id, integrations.c.enabled).limit(limit)
    ids = connection.execute(mine).scalars().all()
    for id in ids:
        disable_integration(connection, id, iso(now), now)
    return len(ids)
