"""Keys that senders of webhooks give their requests, and the answer each had, so that a repeated request does nothing.

A key belongs to one run from the moment it is claimed. Only that run can leave its answer, in the transaction that
posts; a run that fails gives the key back. A claim without an answer is one under way, or of a process that died.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from engine.store.clock import read_clock
from engine.store.conflicts import insert_if_absent
from engine.store.isolation import row_by_row
from engine.store.schema import hook_keys

KEPT_MS = 24 * 3_600_000
# no run takes that long
UNDER_WAY_MS = 60_000
MAX_KEYS = 200_000
MAX_BYTES = 256 * 1024**2


@dataclass(frozen=True, slots=True)
class Claim:
    """`key` is a digest: what a sender says may be as long as it likes."""

    integration_id: str
    key: str
    run: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """`body` is packed; None while the run that has the key is under way."""

    run: str
    status: int
    body: bytes | None


def claim_key(connection: Connection, claim: Claim) -> KeptAnswer | None:
    """None when the key is the claim's from now on, else what was answered to it before."""
    now = read_clock(connection)
    mine = (hook_keys.c.integration_id == claim.integration_id, hook_keys.c.key == claim.key)
    row = connection.execute(select(hook_keys).where(*mine)).one_or_none()
    if row is not None:
        age = now - row.created_at
        if age < (UNDER_WAY_MS if row.body is None else KEPT_MS):
            return KeptAnswer(row.run, row.status, row.body)
        connection.execute(delete(hook_keys).where(*mine, hook_keys.c.run == row.run))
    values = {"integration_id": claim.integration_id, "key": claim.key, "run": claim.run}
    added = connection.execute(
        insert_if_absent(connection, hook_keys).values(**values, status=0, size=0, created_at=now)
    )
    # somebody else's claim was committed while this one waited
    return None if added.rowcount == 1 else KeptAnswer("", 0, None)


def keep_answer(connection: Connection, claim: Claim, status: int, body: bytes) -> bool:
    """False when the key is the claim's no more: then nothing of the run may be committed."""
    changed = connection.execute(
        update(hook_keys).where(*_held_by(claim)).values(status=status, body=body, size=len(body))
    )
    return changed.rowcount == 1


def release_key(connection: Connection, claim: Claim) -> None:
    connection.execute(delete(hook_keys).where(*_held_by(claim), hook_keys.c.body.is_(None)))


@row_by_row
def prune_keys(connection: Connection, now: int, limit: int) -> int:
    """Deletes at most `limit` keys that are too old, too many or have too many bytes in all; returns how many."""
    old = hook_keys.c.created_at <= now - KEPT_MS
    count, size = connection.execute(select(func.count(), func.coalesce(func.sum(hook_keys.c.size), 0))).one()
    chosen = select(hook_keys.c.run).order_by(hook_keys.c.created_at).limit(limit)
    too_much = count > MAX_KEYS or size > MAX_BYTES
    chosen = chosen.where(or_(old, hook_keys.c.body.is_not(None)) if too_much else old)
    return connection.execute(delete(hook_keys).where(hook_keys.c.run.in_(chosen))).rowcount


def _held_by(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        hook_keys.c.integration_id == claim.integration_id,
        hook_keys.c.key == claim.key,
        hook_keys.c.run == claim.run,
    )
