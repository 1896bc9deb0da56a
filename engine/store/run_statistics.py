"""When an integration last ran, when it last failed and how often lately: index look-ups, however long its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, literal_column, select

from engine.model.integrations import OUTGOING, Kind
from engine.store.schema import deliveries, integrations, runs

# Written out, not bound: only so can the partial indexes be used.
_FAILED_DELIVERY = deliveries.c.state == literal_column("'failed'")
_FAILED_RUN = runs.c.state.in_([literal_column("'failed'"), literal_column("'interrupted'")])


@dataclass(frozen=True, slots=True)
class RunStatistics:
    """Times are milliseconds since the epoch, None for never; a run fails when it ends so, or was interrupted."""

    last_run: int | None
    last_failure: int | None
    failures: int


def run_statistics(connection: Connection, kind: Kind, ids: Sequence[str], since: int) -> dict[str, RunStatistics]:
    """Of integrations of one kind, by id; `failures` are counted from `since` on."""
    if kind == OUTGOING:
        # a delivery that was never tried has not run
        begun = (deliveries.c.size > 0) | (deliveries.c.interruptions > 0)
        columns = _columns(deliveries, begun, _FAILED_DELIVERY, since)
    else:
        columns = _columns(runs, runs.c.id.is_not(None), _FAILED_RUN, since)
    statement = select(integrations.c.id, *columns).where(integrations.c.id.in_(ids))
    return {id: RunStatistics(*found) for id, *found in connection.execute(statement).all()}


def _columns(
    table: Table, begun: ColumnElement[bool], failed: ColumnElement[bool], since: int
) -> list[ColumnElement[Any]]:
    mine = table.c.integration_id == integrations.c.id
    newest = select(table.c.updated_at).where(mine).order_by(table.c.updated_at.desc()).limit(1)
    failures = select(func.count()).select_from(table).where(mine, failed, table.c.updated_at >= since)
    return [
        newest.where(begun).scalar_subquery(),
        newest.where(failed).scalar_subquery(),
        failures.scalar_subquery(),
    ]
