import json

import pytest

from engine.errors import CodedError, InvalidParams
from engine.paging import Page, PageQuery
from engine.params import read_query


def page(**query: str) -> Page:
    return read_query(query, PageQuery).page(("ts", "name"))


def test_the_count_is_fifty_and_at_most_a_hundred_and_zero_asks_for_all() -> None:
    assert page() == Page(0, 50)
    assert page(offset="20", count="7") == Page(20, 7)
    assert page(count="1000").count == 100
    assert page(count="0").count == 0
    assert page(offset="-5", count="-5") == Page(0, 50)


def test_an_order_is_json_with_one_and_minus_one() -> None:
    assert page(sort='{"name": 1, "ts": -1}').sort == (("name", 1), ("ts", -1))
    assert page(sort="").sort == ()
    assert read_query({"sort": '{"any.thing": 1}'}, PageQuery).page().sort == (("any.thing", 1),)


def test_an_order_has_few_fields() -> None:
    fields = [f"field{number}" for number in range(11)]
    ten = read_query({"sort": json.dumps(dict.fromkeys(fields[:10], 1))}, PageQuery)
    assert len(ten.page().sort) == 10
    eleven = read_query({"sort": json.dumps(dict.fromkeys(fields, 1))}, PageQuery)
    with pytest.raises(CodedError, match="11 fields, at most 10"):
        eleven.page()


def test_a_list_that_cannot_be_sorted_says_so() -> None:
    with pytest.raises(CodedError, match="this list has one order only"):
        read_query({"sort": '{"name": 1}'}, PageQuery).page(())


@pytest.mark.parametrize("sort", ["name", "[]", "1", '{"name": 0}', '{"name": "1"}', '{"name": true}', '{"age": 1}'])
def test_an_order_that_is_none_is_an_error(sort: str) -> None:
    with pytest.raises(CodedError, match="error-invalid-sort"):
        page(sort=sort)


@pytest.mark.parametrize("number", ["many", "1_0", "٣"])
def test_a_number_that_is_none_is_an_error(number: str) -> None:
    with pytest.raises(InvalidParams, match="must be number"):
        page(count=number)
