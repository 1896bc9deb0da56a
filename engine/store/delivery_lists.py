"""Deliveries as people ask for them: by state and integration, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Subquery, func, literal_column, select, union_all

from engine.model.deliveries import DeliveryState, Standing
from engine.model.integrations import OutgoingIntegration, from_record
from engine.store.clock import database_ms
from engine.store.events import event_of_row
from engine.store.schema import deliveries, events, integration_revisions, integrations

_DELIVERY = (
    *("seq", "id", "integration_id", "revision", "url", "state", "held_reason", "due", "attempts", "interruptions"),
    *("lease", "trigger_word", "trace", "created_at", "updated_at"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`created_by` narrows it to integrations of that user; `later`: only what is due later than now."""

    states: Sequence[DeliveryState]
    integration_id: str | None = None
    created_by: str | None = None
    later: bool = False


def count_deliveries(connection: Connection, wanted: Wanted) -> int:
    return connection.execute(select(func.count()).select_from(_found(wanted))).scalar_one()


def list_deliveries(connection: Connection, wanted: Wanted, *, offset: int, limit: int) -> list[Standing]:
    found = _found(wanted)
    page = select(found.c.seq).order_by(found.c.seq.desc()).offset(offset).limit(limit)
    return _standing(connection, deliveries.c.seq.in_(page))


def newest_delivery(connection: Connection, wanted: Wanted) -> int | None:
    """Its `seq`."""
    return connection.execute(select(func.max(_found(wanted).c.seq))).scalar()


def seqs_between(connection: Connection, wanted: Wanted, after: int, last: int, limit: int) -> list[int]:
    """Of the oldest ones whose `seq` is above `after` and not above `last`, oldest first: to go through all of them
    while they change and others come."""
    found = _found(wanted)
    page = select(found.c.seq).where(found.c.seq > after, found.c.seq <= last).order_by(found.c.seq).limit(limit)
    return list(connection.execute(page).scalars())


def with_requests(connection: Connection, seqs: Sequence[int]) -> list[tuple[Standing, bytes | None]]:
    """Each with the request that is stored with it."""
    found = _standing(connection, deliveries.c.seq.in_(seqs))
    # last: one that was worked in between has another lease than it is found with
    requests = select(deliveries.c.seq, deliveries.c.request).where(deliveries.c.seq.in_(seqs))
    by_seq = {row.seq: row.request for row in connection.execute(requests).all()}
    return [(standing, by_seq.get(standing.seq)) for standing in found]


def get_delivery(connection: Connection, id: str) -> Standing | None:
    return next(iter(_standing(connection, deliveries.c.id == id)), None)


def _found(wanted: Wanted) -> Subquery:
    narrowed: list[ColumnElement[bool]] = []
    if wanted.integration_id is not None:
        narrowed.append(deliveries.c.integration_id == wanted.integration_id)
    if wanted.created_by is not None:
        theirs = select(integrations.c.id).where(integrations.c.created_by == wanted.created_by)
        narrowed.append(deliveries.c.integration_id.in_(theirs))
    if wanted.later:
        narrowed.append(deliveries.c.due > database_ms())
    # a state written out, each by itself: only so can the partial indexes be used
    states = [deliveries.c.state == literal_column(f"'{state}'") for state in wanted.states]
    return union_all(*(select(deliveries.c.seq).where(state, *narrowed) for state in states)).subquery()


def _standing(connection: Connection, which: ColumnElement[bool]) -> list[Standing]:
    statement = (
        select(
            *(deliveries.c[name].label(f"d_{name}") for name in _DELIVERY),
            integration_revisions.c.record,
            integrations.c.created_by,
            events,
        )
        .join(events, events.c.id == deliveries.c.event_id)
        .outerjoin(integration_revisions, integration_revisions.c.id == deliveries.c.revision)
        .outerjoin(integrations, integrations.c.id == deliveries.c.integration_id)
        .where(which)
        .order_by(deliveries.c.seq.desc())
    )
    return [_of_row(row) for row in connection.execute(statement).all()]


def _of_row(row: Row[*tuple[Any, ...]]) -> Standing:
    integration = None if row.record is None else from_record(row.record)
    assert integration is None or isinstance(integration, OutgoingIntegration)
    values = {name: getattr(row, f"d_{name}") for name in _DELIVERY}
    return Standing(**values, event=event_of_row(row), integration=integration, created_by=row.created_by)
