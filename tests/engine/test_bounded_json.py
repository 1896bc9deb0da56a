import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bounded_json import MAX_CONTAINERS, MAX_DEPTH, TooComplex, charset_of, decoded, read_json
from sandbox.body import put_body


def nested(levels: int) -> str:
    return '{"a":[' * (levels // 2) + "1" + "]}" * (levels // 2)


def test_json_is_read_as_deep_as_a_script_may_answer() -> None:
    assert read_json(nested(MAX_DEPTH)) == read_json(nested(MAX_DEPTH).encode())
    for text in (nested(MAX_DEPTH + 2), "[" + nested(MAX_DEPTH) + "]", nested(1000)):
        with pytest.raises(TooComplex, match="more than 64 levels"):
            read_json(text)
        with pytest.raises(TooComplex):
            read_json(text.encode())


def test_many_brackets_side_by_side_are_not_deep() -> None:
    text = "[" + ",".join(["{}"] * (MAX_CONTAINERS - 1)) + "]"
    assert read_json(text) == [{}] * (MAX_CONTAINERS - 1)
    with pytest.raises(TooComplex, match="more than 50000 objects and lists"):
        read_json(text.replace("[", "[[],"))


def test_what_is_no_json_is_told_apart_from_too_much_of_it() -> None:
    for text in ("", "{", "NaN", '{"a": 1', "[" * 1000):
        with pytest.raises(ValueError) as caught:
            read_json(text)
        assert not isinstance(caught.value, TooComplex)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud800"', "\ufffd"),
        (r'"\uDC00\uD800"', "\ufffd\ufffd"),
        (r'"\ud83d\ude00 \ude00"', "😀 \ufffd"),
        (r'"\\ud800 \ud800"', "\\ud800 \ufffd"),
        (r'{"\ud800": "\n"}', {"\ufffd": "\n"}),
    ],
)
def test_half_a_surrogate_pair_is_the_replacement_character(text: str, value: object) -> None:
    assert read_json(text) == read_json(text.encode()) == value


PARTS = st.lists(st.sampled_from(["\\", "u", "ud800", "uDC00", "\\uD83D", "\\ude00", "\\n", "0041", "x", '"', "é"]))


def read_in_a_cell(raw: bytes) -> tuple[object, bool]:
    argument: dict[str, object] = {}
    no_json = put_body(argument, {"text": [], "parsed": ["content"]}, raw)
    return argument["content"], no_json is None


def read_here(raw: bytes) -> tuple[object, bool]:
    try:
        return read_json(decoded(raw, "utf-8")), True
    except ValueError:
        return {}, False


@given(PARTS.map(lambda parts: f'["{"".join(parts)}"]'.encode()))
def test_escapes_are_read_here_as_in_a_cell_and_as_they_stand_where_there_is_no_half_of_a_pair(raw: bytes) -> None:
    value, is_json = read_here(raw)
    assert (value, is_json) == read_in_a_cell(raw)
    # Python's own parser takes half of a pair, which then has no UTF-8 form
    try:
        lenient = json.loads(raw)
    except ValueError:
        assert not is_json
    else:
        assert value == [re.sub("[\ud800-\udfff]", "\ufffd", text) for text in lenient]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" 1 ",
        b"\xef\xbb\xbf[1]",
        b"\xef\xbb\xbf\xef\xbb\xbf[1]",
        b"\xff",
        b'["\xff\xff\\ud800"]',
        b'"\xed\xa0\x80"',
        b"NaN",
        b"[-Infinity]",
        b"-1e999",
        b"123456789012345678901234567890",
        b"[1] 2",
        b"[" * 60 + b"]" * 60,
        b"[" * 2000 + b"]" * 2000,
        '{"a": "ü"}'.encode("utf-16"),
        '{"a": 1}'.encode("utf-16-le"),
        '{"a": 1}'.encode("utf-32"),
    ],
)
def test_json_is_what_a_cell_takes_for_it(raw: bytes) -> None:
    assert read_here(raw) == read_in_a_cell(raw)


def test_a_number_that_no_float_holds_is_no_json() -> None:
    with pytest.raises(ValueError, match="infinity"):
        read_json('{"a": 1e999}')


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("application/json", "utf-8"),
        ("application/json; charset=UTF-16", "utf-16"),
        ('application/json;x=y;  Charset = "latin1"', "latin1"),
        ("application/json; charset=", ""),
    ],
)
def test_a_content_type_names_a_charset(content_type: str, charset: str) -> None:
    assert charset_of(content_type) == charset


def test_a_body_is_decoded_as_its_charset_says() -> None:
    assert decoded(b"\xef\xbb\xbf1", "utf-8") == b"1"
    assert decoded("ü€".encode("cp1252"), "windows-1252") == "ü€"
    assert decoded("ü".encode(), "latin1") == "ü".encode()
    assert decoded("ü".encode("utf-16-le"), "utf-16le") == "ü"
    for body, charset in ((b"1", "koi8-r"), (b"1", ""), (b"1", "utf-16be"), (b"\x81\xff", "windows-1252")):
        with pytest.raises(ValueError):
            decoded(body, charset)
