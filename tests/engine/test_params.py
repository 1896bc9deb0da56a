from typing import Annotated, Any

import pytest
from pydantic import Field

from engine.errors import InvalidParams
from engine.params import (
    Flag,
    Name,
    NullableFlag,
    NullableName,
    NullableNumber,
    NullableText,
    Params,
    Text,
    Word,
    read_one_of,
    read_query,
)


class Inner(Params):
    deep_flag: Flag = False


class Shape(Params):
    some_text: Text = ""
    name: Name = ""
    flag: Flag = False
    maybe_text: NullableText = None
    maybe_name: NullableName = None
    maybe_flag: NullableFlag = None
    maybe_number: NullableNumber = None
    words: Annotated[tuple[Word, ...], Field(max_length=2)] | None = ()
    kind: Annotated[Name, Field(pattern="kind")] = "kind"
    inner: Inner = Inner()


class Needed(Params):
    first: Name
    second: Name
    third: Flag


@pytest.mark.parametrize(
    ("key", "sent", "read"),
    [
        ("someText", 5, "5"),
        ("someText", 5.0, "5"),
        ("someText", 0.5, "0.5"),
        ("someText", True, "true"),
        ("someText", None, ""),
        ("someText", "a\0b", "a\0b"),
        ("flag", "true", True),
        ("flag", 1, True),
        ("flag", "false", False),
        ("flag", 0, False),
        ("flag", None, False),
        ("maybeText", None, None),
        ("maybeText", "", ""),
        ("maybeName", 7, "7"),
        ("maybeFlag", None, None),
        ("maybeFlag", "", None),
        ("maybeFlag", "true", True),
        ("maybeNumber", "4", 4),
        ("maybeNumber", "4.5", 4.5),
        ("maybeNumber", 4.0, 4),
        ("maybeNumber", True, 1),
        ("maybeNumber", None, None),
        ("maybeNumber", "", None),
        ("words", ["a", 1], ("a", "1")),
        ("words", None, None),
        ("kind", "a kind of", "a kind of"),
    ],
)
def test_scalars_are_coerced_as_the_original_does(key: str, sent: object, read: object) -> None:
    value = read_one_of({key: sent}, (Shape,)).model_dump(by_alias=True)[key]
    assert value == read and type(value) is type(read)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "must be object"),
        ({"someText": []}, "must be string"),
        ({"someText": "\ud800"}, "must be valid Unicode: it has half of a surrogate pair"),
        ({"name": "a\0"}, "must not have NUL characters"),
        ({"name": {"{0}": 1}}, "must be string"),
        ({"flag": "yes"}, "must be boolean"),
        ({"flag": []}, "must be boolean"),
        ({"maybeFlag": 2}, "must be boolean"),
        ({"maybeNumber": "four"}, "must be number"),
        ({"maybeNumber": "nan"}, "must be number"),
        ({"maybeNumber": "1e999"}, "must be number"),
        ({"maybeNumber": 10**400}, "must be number"),
        ({"maybeNumber": 1e300}, "must be <= 9007199254740991"),
        ({"maybeNumber": -(2**53)}, "must be >= -9007199254740991"),
        ({"words": "a"}, "must be array"),
        ({"words": [""]}, "must NOT have fewer than 1 characters"),
        ({"words": ["a"] * 3}, "must NOT have more than 2 items"),
        ({"kind": "other"}, 'must match pattern "kind"'),
        ({"some_text": "a"}, "must NOT have additional properties"),
        ({"inner": {"deepFlag": "x"}}, "inner.deepFlag must be boolean"),
        ({"inner": {"other": 1}}, "inner.other must NOT have additional properties"),
        ({"flag": "x", "other": 1}, "must NOT have additional properties"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_original(body: Any, message: str) -> None:
    with pytest.raises(InvalidParams) as caught:
        read_one_of(body, (Shape,))
    assert caught.value.messages == [message, "must match exactly one schema in oneOf"]


def test_missing_properties_come_first_in_their_order_then_unknown_ones_then_values() -> None:
    def problem(body: dict[str, object]) -> str:
        with pytest.raises(InvalidParams) as caught:
            read_query(body, Needed)
        assert caught.value.error_type == "error-invalid-params"
        return str(caught.value)

    assert problem({"third": "x", "other": 1}) == "must have required property 'first'"
    assert problem({"first": [], "third": "x", "other": 1}) == "must have required property 'second'"
    assert problem({"first": [], "second": "", "third": "x", "other": 1}) == "must NOT have additional properties"
    assert problem({"first": [], "second": "", "third": "x"}) == "must be string"


def test_a_body_that_fits_two_shapes_fits_none() -> None:
    with pytest.raises(InvalidParams, match=r"^must match exactly one schema in oneOf$"):
        read_one_of({}, (Shape, Inner))
    assert isinstance(read_one_of({"deepFlag": True}, (Shape, Inner)), Inner)
