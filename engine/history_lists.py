"""integrations.history and integrations.clearHistory: who sees which runs, which part of them, and who drops them.

An integration's history takes the permission of its own kind, all or own; strictly the outgoing one, as in the
original. An integration that does not exist has an empty history. A record may be as large as the request it is of, so
an answer ends early where its records are too much in all: `count` says how many it has.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from itertools import islice
from typing import TypeAlias

from engine.errors import CodedError, Forbidden, PlainError
from engine.history import incoming_record, outgoing_records
from engine.integrations.access import rights_over
from engine.integrations.checks import Refusal
from engine.json_text import json_text
from engine.model.history import OutgoingRun
from engine.model.integrations import INCOMING, OUTGOING, Kind
from engine.model.json import JsonObject
from engine.model.messages import User
from engine.paging import MAX_ANSWER_BYTES, Page
from engine.querying import Query
from engine.store.database import Store
from engine.store.history import (
    SORTABLE,
    Order,
    clear_ended,
    count_incoming,
    count_outgoing,
    get_incoming,
    get_outgoing,
    integration_of_run,
    list_incoming,
    list_outgoing,
)
from engine.store.integrations import get_integration
from engine.trace import now_ms
from engine.workspace.protocol import Workspace

RECORDS_A_READ = 50
# of the records that one thread makes at a time, as JSON; one more may go over it
BYTES_A_TURN = 4 * 1024 * 1024
# for whoever asks for all
MAX_RECORDS = 1_000
# a query looks at so many, the first by the order asked for
MAX_SEARCHED = 10_000
ROWS_A_WRITE = 200

# What records have beside: it is inside of what is stored packed, so nothing can be sorted by it.
_UNSORTABLE = frozenset(
    "type step integration event data triggerWord ranPrepareScript prepareSentMessage processSentMessage resultMessage"
    " finished url httpCallData httpError httpResult error errorStack run delivery attempt steps log receipt failure"
    " request response answer due heldReason interruptions".split()
)
# with its length as JSON
Sized: TypeAlias = tuple[JsonObject, int]

_CLEARING = Refusal("method", "clearIntegrationHistory")


async def list_history(
    store: Store,
    workspace: Workspace,
    caller: User,
    integration_id: str,
    page: Page,
    *,
    strict: bool,
    query: Query | None = None,
) -> JsonObject:
    """The answer: `history` with `offset`, `items`, `count` and `total`. Raises Forbidden, PlainError, CodedError."""
    if strict and not (await rights_over(workspace, caller, OUTGOING)).any:
        raise Forbidden
    if not integration_id.strip():
        raise PlainError("Invalid integration id.")
    order = _order(page)
    records: list[JsonObject] = []
    total = 0
    saved = await store.read(get_integration, integration_id)
    if saved is not None:
        kind = saved.integration.type
        rights = await rights_over(workspace, caller, OUTGOING if strict else kind)
        if not rights.any:
            raise Forbidden
        if rights.over(saved.integration) and query is None:
            total = await store.read(count_incoming if kind == INCOMING else count_outgoing, integration_id)
            found = _records(store, kind, integration_id, order, page.offset, page.count or MAX_RECORDS)
            records, _ = await _some_of(found, 0, page.count or MAX_RECORDS, until_full=True)
        elif rights.over(saved.integration) and query is not None:
            found = _records(store, kind, integration_id, order, 0, MAX_SEARCHED)
            records, total = await _some_of(found, page.offset, page.count or MAX_RECORDS, query=query)
    numbers: JsonObject = {"offset": page.offset, "items": len(records), "count": len(records), "total": total}
    return {"history": [*records], **numbers}


async def get_run(store: Store, workspace: Workspace, caller: User, run_id: str) -> JsonObject:
    """The answer: `run`, one record of the history of whichever integration it is of.

    `run_id` is a run's, a delivery's, whose newest attempt is meant, or that of one attempt. Raises CodedError.
    """
    delivery_id, _, _ = run_id.rpartition("-")
    for id in (run_id, delivery_id):
        integration_id = await store.read(integration_of_run, id)
        saved = None if integration_id is None else await store.read(get_integration, integration_id)
        if saved is None or integration_id is None:
            continue
        kind = saved.integration.type
        rights = await rights_over(workspace, caller, kind)
        if not rights.over(saved.integration):
            continue
        if kind == INCOMING and id == run_id:
            incoming = await store.read(get_incoming, integration_id, id)
            if incoming is not None:
                return {"run": await asyncio.to_thread(incoming_record, incoming)}
        if kind == OUTGOING and (outgoing := await store.read(get_outgoing, integration_id, id)) is not None:
            records = await asyncio.to_thread(outgoing_records, outgoing)
            if (record := next((each for each in records if run_id in (id, each["_id"])), None)) is not None:
                return {"run": record}
    raise CodedError("error-invalid-integration-history", "There is no such run, or none that you may see.")


async def clear_history(
    store: Store, workspace: Workspace, caller: User, integration_id: str, *, strict: bool
) -> JsonObject:
    """What has ended goes; what waits, is held or under way stays. Raises CodedError and Unavailable."""
    saved = await store.read(get_integration, integration_id)
    kind = OUTGOING if strict or saved is None else saved.integration.type
    rights = await rights_over(workspace, caller, kind)
    if not rights.any:
        raise _CLEARING.error("not_authorized", "Unauthorized")
    if saved is None or not rights.over(saved.integration):
        raise _CLEARING.error("error-invalid-integration", "Invalid integration")
    before = now_ms() + 1
    while await store.write(clear_ended, integration_id, before, ROWS_A_WRITE):
        pass
    return {}


def _order(page: Page) -> Order:
    if unsortable := [field for field, _ in page.sort if field in _UNSORTABLE]:
        reason = f"Invalid sort parameter provided: history cannot be sorted by {unsortable[0]}, but by "
        raise CodedError("error-invalid-sort", reason + ", ".join(SORTABLE), {"helperMethod": "parseJsonQuery"})
    return Order(page.sort) if page.sort else Order()


async def _some_of(
    found: AsyncGenerator[Sized], offset: int, count: int, *, query: Query | None = None, until_full: bool = False
) -> tuple[list[JsonObject], int]:
    """Those asked for among the records that fit, as many as an answer takes, and how many fit in all.

    `until_full`: how many is of no interest, so no more are looked at.
    """
    records: list[JsonObject] = []
    fitting, left = 0, MAX_ANSWER_BYTES
    async with aclosing(found):
        async for record, size in found:
            if query is not None and not query(record):
                continue
            if left > 0 and offset <= fitting < offset + count:
                records.append(record)
                left -= size
            fitting += 1
            if until_full and left <= 0:
                break
    return records, fitting


async def _records(
    store: Store, kind: Kind, integration_id: str, order: Order, offset: int, wanted: int
) -> AsyncGenerator[Sized]:
    given = 0
    while given < wanted:
        limit = min(RECORDS_A_READ, wanted - given)
        records = islice(await _read(store, kind, integration_id, offset + given, limit, order), limit)
        before = given
        # in threads: requests and traces are megabytes of JSON
        while found := await asyncio.to_thread(_sized, records):
            for one in found:
                yield one
            given += len(found)
        if given < before + limit:
            return


async def _read(
    store: Store, kind: Kind, integration_id: str, offset: int, limit: int, order: Order
) -> Iterator[JsonObject]:
    """At least `limit` records, where there are so many; each is made when it is asked for."""
    if kind == INCOMING:
        incoming = await store.read(list_incoming, integration_id, offset=offset, limit=limit, order=order)
        return map(incoming_record, incoming)
    skipped, runs = await store.read(list_outgoing, integration_id, offset=offset, limit=limit, order=order)
    return islice(_of_outgoing(runs, order), skipped, None)


def _sized(records: Iterator[JsonObject]) -> list[Sized]:
    """The next ones, until they have BYTES_A_TURN."""
    found: list[Sized] = []
    left = BYTES_A_TURN
    while left > 0 and (record := next(records, None)) is not None:
        found.append((record, len(json_text(record))))
        left -= found[-1][1]
    return found


def _of_outgoing(runs: list[OutgoingRun], order: Order) -> Iterator[JsonObject]:
    for run in runs:
        yield from outgoing_records(run)[:: 1 if order.newest_first else -1]
