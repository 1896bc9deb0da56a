import asyncio

import pytest

from engine import searching
from engine.errors import CodedError
from engine.model.json import JsonObject
from engine.paging import Page
from engine.querying import Query, parse_fields, parse_query
from engine.searching import MAX_SEARCHED, RECORDS_A_READ, page_of

ODD = parse_query('{"odd": true}')


def record(number: int) -> JsonObject:
    return {"_id": str(number), "odd": number % 2 == 1}


def ids(length: int, page: Page, query: Query | None) -> tuple[list[str], int, list[Page]]:
    """Of a list of so many numbers; and which pages were read."""
    read: list[Page] = []

    async def listed(page: Page) -> tuple[list[int], int]:
        read.append(page)
        return list(range(length))[page.offset :][: page.count or None], length

    records, total = asyncio.run(page_of(listed, record, page, query, parse_fields('{"_id": 1}')))
    assert all(record.keys() == {"_id"} for record in records)
    return [str(record["_id"]) for record in records], total, read


def test_without_a_query_the_page_is_the_lists() -> None:
    page = Page(1, 2, (("name", 1),))
    assert ids(9, page, None) == (["1", "2"], 9, [page])


def test_with_one_the_page_is_that_of_what_fits() -> None:
    assert ids(9, Page(1, 2), ODD)[:2] == (["3", "5"], 4)
    assert ids(9, Page(0, 0), ODD)[:2] == (["1", "3", "5", "7"], 4)
    assert ids(9, Page(4, 2), ODD)[:2] == ([], 4)


def test_a_long_list_is_read_in_parts_and_in_the_order_asked_for() -> None:
    found, total, read = ids(2 * RECORDS_A_READ, Page(0, 1, (("name", -1),)), ODD)
    assert (found, total) == (["1"], RECORDS_A_READ)
    assert [page.offset for page in read] == [0, RECORDS_A_READ, 2 * RECORDS_A_READ]
    assert {page.sort for page in read} == {(("name", -1),)}


def test_a_page_that_ended_early_is_not_the_end() -> None:
    async def listed(page: Page) -> tuple[list[int], int]:
        return list(range(9))[page.offset :][:2], 9

    records, total = asyncio.run(page_of(listed, record, Page(0, 0), ODD))
    assert ([found["_id"] for found in records], total) == (["1", "3", "5", "7"], 4)


def test_an_answer_of_large_records_ends_early_and_goes_on_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MAX_ANSWER_BYTES", 2 * len('{"_id":"1"}'))
    assert ids(9, Page(0, 0), ODD)[:2] == (["1", "3"], 4)
    assert ids(9, Page(2, 0), ODD)[:2] == (["5", "7"], 4)
    assert ids(9, Page(0, 1), ODD)[:2] == (["1"], 4)


def test_a_list_of_the_limit_is_searched_and_a_longer_one_is_not() -> None:
    assert ids(MAX_SEARCHED, Page(0, 1), ODD)[1] == MAX_SEARCHED // 2
    with pytest.raises(CodedError) as caught:
        ids(MAX_SEARCHED + 1, Page(0, 1), ODD)
    assert caught.value.code == "error-invalid-query"
