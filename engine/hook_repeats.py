"""A webhook that is sent again under one key gets the answer it had, and nothing happens a second time.

The key is the sender's `Idempotency-Key`, or `webhook-id` as Standard Webhooks name it. Answers of runs that finished
or were refused are kept for 24 hours; a run that failed did nothing, so its key is free again.
"""

from hashlib import sha256
from typing import cast

from sqlalchemy import Connection

from engine.errors import Unavailable
from engine.model.history import RunStart, RunState
from engine.model.hooks import HookAnswer, HookRequest
from engine.model.json import JsonObject
from engine.packing import unpack
from engine.store.hook_keys import Claim, KeptAnswer, claim_key, keep_answer, release_key
from engine.store.isolation import row_by_row
from engine.store.runs import drop_run, start_run

HEADERS = ("idempotency-key", "webhook-id")


class Superseded(Unavailable):
    """The run took so long that its key went to another one: nothing of it is committed."""

    def __init__(self) -> None:
        super().__init__("The same request was sent again meanwhile; ask once more.")


def claim_of(request: HookRequest, integration_id: str, run: str) -> Claim | None:
    key = next((value for name in HEADERS if (value := request.headers.get(name))), None)
    if key is None:
        return None
    return Claim(integration_id, sha256(key.encode("utf-8", "surrogateescape")).hexdigest(), run)


@row_by_row
def begin_run(connection: Connection, start: RunStart | None, claim: Claim | None) -> KeptAnswer | None:
    """None when the run may go on; `start` is None where its history is not kept."""
    kept = None if claim is None else claim_key(connection, claim)
    if kept is None and start is not None:
        start_run(connection, start)
    return kept


def repeated(kept: KeptAnswer) -> HookAnswer:
    """Raises Unavailable while the first request under the key is under way."""
    if kept.body is None:
        raise Unavailable("A request under the same key is under way.")
    return HookAnswer(kept.status, cast(JsonObject, unpack(kept.body)), kept.run)


def settle_key(connection: Connection, claim: Claim | None, state: RunState, status: int, body: bytes) -> None:
    """`body` is packed. Raises Superseded."""
    if claim is None:
        return
    if state not in ("finished", "refused"):
        release_key(connection, claim)
    elif not keep_answer(connection, claim, status, body):
        raise Superseded


@row_by_row
def forget_run(connection: Connection, run: str, claim: Claim | None) -> None:
    """As if it had never been asked for."""
    drop_run(connection, run)
    if claim is not None:
        release_key(connection, claim)
