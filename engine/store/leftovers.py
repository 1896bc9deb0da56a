"""What saving integrations leaves behind: revisions that nothing names any more, and code that no revision has.

A superseded revision is never current again, so one that nothing names can only come to be named by work that began
before it was superseded: `before` is older than any such work. What is found by reading may therefore be deleted later.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select

from engine.store.schema import deliveries, integration_revisions, integrations, runs, script_code


def with_old_revisions(connection: Connection, after: str, before: int, limit: int) -> list[str]:
    """Ids, in their order and behind `after`, of integrations that were last saved before `before`."""
    revisions = integration_revisions
    statement = (
        select(revisions.c.integration_id)
        .join(integrations, integrations.c.id == revisions.c.integration_id)
        .where(revisions.c.integration_id > after, integrations.c.updated_at < before)
        .group_by(revisions.c.integration_id)
        .having(func.count() > 1)
        .order_by(revisions.c.integration_id)
        .limit(limit)
    )
    return list(connection.execute(statement).scalars().all())


def unneeded_revisions(connection: Connection, integration_id: str, limit: int) -> list[int]:
    """Those that are neither current nor named by a delivery or a run."""
    named = (
        select(deliveries.c.revision)
        .where(deliveries.c.integration_id == integration_id)
        .union(
            select(runs.c.revision).where(runs.c.integration_id == integration_id),
            select(integrations.c.revision).where(integrations.c.id == integration_id),
        )
    )
    statement = (
        select(integration_revisions.c.id)
        .where(
            integration_revisions.c.integration_id == integration_id,
            integration_revisions.c.id.not_in(named),
        )
        .limit(limit)
    )
    return list(connection.execute(statement).scalars().all())


def drop_revisions(connection: Connection, revisions: Sequence[int]) -> int:
    return connection.execute(delete(integration_revisions).where(integration_revisions.c.id.in_(revisions))).rowcount


def drop_unused_code(connection: Connection, before: int, limit: int) -> int:
    """Code that no revision has and that was stored before `before`; how many there were, at most `limit`."""
    used = select(integration_revisions.c.code).where(integration_revisions.c.code.is_not(None))
    unused = (
        select(script_code.c.key).where(script_code.c.created_at < before, script_code.c.key.not_in(used)).limit(limit)
    )
    return connection.execute(delete(script_code).where(script_code.c.key.in_(unused))).rowcount
