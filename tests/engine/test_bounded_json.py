import pytest

from engine.bounded_json import MAX_CONTAINERS, MAX_DEPTH, TooComplex, charset_of, decoded, read_json


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
