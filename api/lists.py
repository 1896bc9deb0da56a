"""A list as it is answered: one page of it, searched and cut to fields where the caller may ask for that."""

from collections.abc import Callable, Collection
from typing import TypeVar

from api.endpoint import Call
from api.list_schemas import RecordsQuery
from engine.model.json import JsonObject
from engine.searching import Listed, page_of

T = TypeVar("T")
QueryT = TypeVar("QueryT", bound=RecordsQuery)


async def list_answer(
    call: Call[QueryT], key: str, listed: Listed[T], record: Callable[[T], JsonObject], sortable: Collection[str]
) -> JsonObject:
    """`key` with the records, `count`, `offset` and `total`. Raises InvalidParams, CodedError."""
    params, settings = call.params, call.engine.settings
    page = params.page(tuple(sortable), call.settings.paging)
    records, total = await page_of(listed, record, page, params.search(settings), params.shown(settings))
    return {key: [*records], "count": len(records), "offset": page.offset, "total": total}
