"""Incoming runs as rows: there before the script starts, ended with what was posted, gone where history is not kept."""

from sqlalchemy import Connection, bindparam, delete, func, insert, update

from engine.model.history import RunStart, RunState
from engine.store.isolation import row_by_row
from engine.store.schema import runs
from engine.store.statements import Statement

_COLUMNS = ("id", "integration_id", "revision", "state", "worker", "size", "created_at", "updated_at", "request")
_insert = Statement(insert(runs).values({name: bindparam(name) for name in _COLUMNS}))
_end = Statement(
    update(runs)
    .where(runs.c.id == bindparam("run"))
    .values(
        state=bindparam("ended"),
        worker=None,
        trace=bindparam("packed"),
        size=func.coalesce(func.length(runs.c.request), 0) + bindparam("trace_size"),
        updated_at=bindparam("now"),
    )
)
_drop = Statement(delete(runs).where(runs.c.id == bindparam("run")))


@row_by_row
def start_run(connection: Connection, run: RunStart) -> None:
    _insert.run(
        connection,
        id=run.id,
        integration_id=run.integration_id,
        revision=run.revision,
        state="running",
        worker=run.worker,
        size=len(run.request or b""),
        created_at=run.created_at,
        updated_at=run.created_at,
        request=run.request,
    )


@row_by_row
def end_run(connection: Connection, id: str, state: RunState, trace: bytes, now: int) -> None:
    """`trace` is what `history.pack_trace` made. Nothing is done where the run was dropped."""
    _end.run(connection, run=id, ended=state, packed=trace, trace_size=len(trace), now=now)


@row_by_row
def drop_run(connection: Connection, id: str) -> None:
    _drop.run(connection, run=id)
