"""A list that a client searches with `query`: the store does not know its language, so records are read and looked at.

So many at a time, and no more of them in all than MAX_SEARCHED: a list with more is not searched in part. An answer
ends early where its records are too much in all.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from engine.errors import CodedError
from engine.json_text import json_text
from engine.model.json import JsonObject
from engine.paging import MAX_ANSWER_BYTES, Page
from engine.querying import Fields, Query, whole

RECORDS_A_READ = 500
MAX_SEARCHED = 10_000

T = TypeVar("T")
# one page, and how many there are in all
Listed = Callable[[Page], Awaitable[tuple[list[T], int]]]


async def page_of(
    listed: Listed[T], record: Callable[[T], JsonObject], page: Page, query: Query | None, shown: Fields = whole
) -> tuple[list[JsonObject], int]:
    """The page's records, and how many fit in all; a count of 0 asks for all. Raises CodedError for too long a list.

    A query sees a record as its caller would, so that it tells nobody what they may not see.
    """
    if query is None:
        found, total = await listed(page)
        return [shown(record(one)) for one in found], total
    last = page.offset + (page.count or MAX_SEARCHED)
    records: list[JsonObject] = []
    looked_at = fitting = 0
    left = MAX_ANSWER_BYTES
    while True:
        found, _ = await listed(replace(page, offset=looked_at, count=RECORDS_A_READ))
        # a page that is short may have ended early
        if not found:
            return records, fitting
        looked_at += len(found)
        if looked_at > MAX_SEARCHED:
            reason = f"Invalid query: the list has over {MAX_SEARCHED} records, more than are searched"
            raise CodedError("error-invalid-query", reason, {"helperMethod": "parseJsonQuery"})
        for one in filter(query, map(record, found)):
            if left > 0 and page.offset <= fitting < last:
                records.append(shown(one))
                left -= len(json_text(records[-1]))
            fitting += 1
