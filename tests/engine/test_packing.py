import pytest

from engine.model.json import JsonValue
from engine.packing import pack, unpack


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        1.5,
        "x",
        "xyz" * 2_000,
        [],
        [1, [2]],
        {"x": "y"},
        {"half": "\ud800", "é": ["\u2028"]},
        ["\udfff" * 3_000],
    ],
)
def test_a_value_comes_back_as_it_was(value: JsonValue) -> None:
    assert unpack(pack(value)) == value


def test_what_is_large_is_compressed_and_what_is_small_is_not() -> None:
    assert pack({"a": 1}) == b'{"a":1}'
    assert len(pack(["x" * 10_000])) < 200
