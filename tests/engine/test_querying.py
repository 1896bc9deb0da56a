import json
from typing import Any

import pytest

from engine.errors import CodedError
from engine.querying import MAX_CONDITIONS, parse_fields, parse_query

RECORD: Any = {
    "_id": "a",
    "name": "Über 100% of it",
    "enabled": True,
    "retryCount": 1,
    "channel": ["#general", "@rocket.cat"],
    "_createdBy": {"_id": "u", "username": "nora"},
    "steps": [{"name": "first"}, {"name": "last"}],
}


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("{}", True),
        ('{"enabled": true}', True),
        ('{"enabled": 1}', False),
        ('{"retryCount": 1}', True),
        ('{"retryCount": true}', False),
        ('{"enabled": true, "name": "other"}', False),
        ('{"_createdBy.username": "nora"}', True),
        ('{"_createdBy": {"_id": "u", "username": "nora"}}', True),
        ('{"_createdBy": {"_id": "u"}}', False),
        ('{"name.first": "x"}', False),
        ('{"channel": "#general"}', True),
        ('{"channel": ["#general", "@rocket.cat"]}', True),
        ('{"channel": ["#general"]}', False),
        ('{"steps.name": "last"}', True),
        ('{"steps.name": "middle"}', False),
        ('{"alias": null}', True),
        ('{"name": null}', False),
        ('{"$or": [{"name": "x"}, {"enabled": true}]}', True),
        ('{"$and": [{"name": "x"}, {"enabled": true}]}', False),
        ('{"$or": [{"$and": [{"_id": "a"}]}]}', True),
        ('{"name": {"$regex": "100%"}}', True),
        ('{"name": {"$regex": "^über", "$options": "i"}}', True),
        ('{"name": {"$regex": "^über"}}', False),
        ('{"name": {"$regex": "of it$"}}', True),
        ('{"name": {"$regex": "^of"}}', False),
        ('{"channel": {"$regex": "^@rocket\\\\.cat$"}}', True),
        ('{"enabled": {"$regex": "t"}}', False),
    ],
)
def test_a_query_compares_combines_and_searches(query: str, fits: bool) -> None:
    assert parse_query(query)(RECORD) is fits


@pytest.mark.parametrize(
    "query",
    [
        "",
        "[]",
        "name",
        '{"name": {"$ne": "x"}}',
        '{"$where": "1"}',
        '{"name": {"$regex": "(a+)+"}}',
        '{"name": {"$regex": ".*"}}',
        '{"name": {"$regex": "\\\\d"}}',
        '{"name": {"$regex": 5}}',
        '{"name": {"$regex": "a", "$options": "x"}}',
        '{"name": {"$regex": "a", "b": 1}}',
        '{"$or": []}',
        '{"$or": [5]}',
        '{"$or": {"a": 1}}',
        "{" + ",".join(f'"f{number}": 1' for number in range(MAX_CONDITIONS + 1)) + "}",
        '{"$or": [' * 11 + '{"a": 1}' + "]}" * 11,
    ],
)
def test_a_query_that_is_none_or_not_allowed_is_an_error(query: str) -> None:
    with pytest.raises(CodedError, match="error-invalid-query"):
        parse_query(query)


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ('{"enabled": 1}', {"_id": "a", "enabled": True}),
        ('{"enabled": 1, "_id": 0}', {"enabled": True}),
        ('{"_createdBy.username": 1, "alias": 1}', {"_id": "a", "_createdBy": {"username": "nora"}}),
        (
            '{"name": 0, "channel": false, "steps": 0, "_createdBy._id": 0, "_id": 0}',
            {
                "enabled": True,
                "retryCount": 1,
                "_createdBy": {"username": "nora"},
            },
        ),
        ('{"_id": 1}', {"_id": "a"}),
        ("{}", RECORD),
    ],
)
def test_fields_are_those_named_or_all_but_those(fields: str, shown: object) -> None:
    assert parse_fields(fields)(RECORD) == shown


@pytest.mark.parametrize("fields", ["", "name", '["name"]', '{"name": 2}', '{"name": "1"}', '{"name": 1, "alias": 0}'])
def test_fields_that_are_none_are_an_error(fields: str) -> None:
    with pytest.raises(CodedError, match="error-invalid-fields"):
        parse_fields(fields)


def test_a_hundred_fields_may_be_asked_for_and_no_more() -> None:
    names = [f"field{number}" for number in range(101)]
    assert parse_fields(json.dumps(dict.fromkeys(names[:100], 1)))({"field99": 1, "other": 2}) == {"field99": 1}
    with pytest.raises(CodedError, match="101 fields, at most 100"):
        parse_fields(json.dumps(dict.fromkeys(names, 1)))
