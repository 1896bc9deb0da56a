"""No spelling of a secret is left in what is shown: of text, of values, of answers that scripts will read as JSON."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.json import JsonObject, JsonValue
from engine.redaction import Redactor
from engine.scrubbing import MAX_NESTED, Scrubber
from engine.store.connections import json_text, json_value

SECRET = 'k3y/"with ünusual'


@pytest.mark.parametrize(
    "spelling",
    [
        SECRET,
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET)[1:-1].replace("/", "\\/"),
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower(),
        quote_plus(SECRET),
        SECRET.encode().decode("latin-1"),
        json.dumps(SECRET.encode().decode("latin-1"))[1:-1],
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
        *(base64.b64encode(b"x" * before + SECRET.encode() + b"yz").decode() for before in range(4)),
        base64.urlsafe_b64encode(b"me:" + SECRET.encode()).decode().rstrip("="),
    ],
)
def test_a_secret_is_taken_out_however_it_is_written(spelling: str) -> None:
    scrubber = Scrubber.of([SECRET, "other-secret"])
    assert "***" in scrubber.text(f"a {spelling} b") and spelling not in scrubber.text(f"a {spelling} b")
    value: JsonValue = {"a": [spelling, 1, None], spelling: True}
    for clean in (scrubber.value(value), Redactor.of([], scrubber).value(value)):
        assert spelling not in json.dumps(clean, ensure_ascii=False) and isinstance(clean, dict)


def test_a_secret_too_short_to_be_looked_for_inside_text_is_taken_out_where_it_stands_alone() -> None:
    scrubber = Scrubber.of(["abc"])
    assert scrubber.value(["abc", "the abc", {"abc": '{"a": "abc"}'}]) == ["***", "the abc", {"***": '{"a": "***"}'}]


def test_what_has_no_secret_in_it_is_the_same_value() -> None:
    value: JsonValue = {"a": ["b"]}
    assert Scrubber.of([SECRET]).value(value) is value and not Scrubber.of([])


AWKWARD = ["abcd/efghijkl", "Zürich-secret-1", 'pass"word\\1234', "two\nlines of it", "tab\there it is", "\x1b[1m bold"]


def spellings_in_json(secret: str) -> list[str]:
    """Between quotes: of those who escape as little as they can, as much, and in between."""
    ascii = json.dumps(secret)[1:-1]
    loud = "".join(f"\\u{unit:04x}" for unit in memoryview(secret.encode("utf-16-le")).cast("H"))
    fewest = json.dumps(secret, ensure_ascii=False)[1:-1]
    return [fewest, ascii, ascii.replace("/", "\\/"), ascii.replace("\\u00fc", "\\u00FC"), loud]


# each alone: with several, one that is found would show the others, too
@pytest.mark.parametrize("secret", AWKWARD)
@pytest.mark.parametrize("place", range(4))
def test_what_a_sender_escaped_is_taken_out_of_values_as_out_of_text(secret: str, place: int) -> None:
    spelling = spellings_in_json(secret)[place]
    scrubber = Scrubber.of([secret])
    assert scrubber.text(f"x {spelling} y") == "x *** y"
    value: JsonObject = {"content_raw": f'{{"a": "{spelling}"}}'}
    masked: JsonObject = {"content_raw": '{"a": "***"}'}
    assert scrubber.value(value) == Redactor.of([], scrubber).value(value) == masked
    text = Redactor.of([], scrubber).json(json_text(value))
    assert text is None or json_value(text) == masked


@pytest.mark.parametrize("token", [each for each in AWKWARD if "\x1b" not in each])
def test_tokens_are_found_as_senders_escape_them(token: str) -> None:
    for spelling in spellings_in_json(token)[:4]:
        value: JsonObject = {"content_raw": f'{{"a": "{spelling}"}}'}
        assert Redactor.of([token]).value(value) == {"content_raw": '{"a": "***"}'}
        text = Redactor.of([token]).json(json_text(value))
        assert text is None or json_value(text) == {"content_raw": '{"a": "***"}'}


@pytest.mark.parametrize("secret", AWKWARD)
@pytest.mark.parametrize("depth", range(1, MAX_NESTED + 1))
@pytest.mark.parametrize("place", range(5))
def test_what_an_answers_strings_say_once_they_are_read_has_no_secret(secret: str, depth: int, place: int) -> None:
    text = f'{{"password": "{spellings_in_json(secret)[place]}"}}'
    for _ in range(depth - 1):
        text = json.dumps({'odd " one': "\n", "b": text, "c": 'a "quoted" word'})
    read: object = Scrubber.of([secret]).answer(text)
    for _ in range(depth - 1):
        assert isinstance(read, str)
        read = json.loads(read)["b"]
    assert isinstance(read, str) and json.loads(read) == {"password": "***"}


@pytest.mark.parametrize(
    "text", ['{"a": "b\\n", "c": ["\\u00fc"]}', 'no " JSON \\x at all "\\', '"\\q" "\\ud800"', '"\\"' * 9]
)
def test_an_answer_without_a_secret_stays_as_it_was_written(text: str) -> None:
    assert Scrubber.of(["abcd/efghijkl", "abc"]).answer(text) == text
    assert Scrubber.of([]).answer(text) == text


def test_a_short_secret_is_taken_out_of_an_answer_however_its_string_is_spelt() -> None:
    assert Scrubber.of(["a/c"]).answer('["a\\/c", "\\u0061/c", "the a\\/c"]') == '["***", "***", "the a\\/c"]'


def test_a_text_of_open_strings_is_gone_through_once() -> None:
    # of what comes for a square of its length nobody would see the end
    assert Scrubber.of(["abcd/efghijkl"]).answer('\\"' * 500_000).count("\\") == 500_000


@given(
    st.sampled_from(["abcd/efghijkl", "Zürich-secret-1", 'pass"word\\1234', "line\nbreak", "s3cr3t+value=", "abc"]),
    st.lists(st.sampled_from(["plain", "json", "php", "inner", "alone"]), min_size=1, max_size=3),
)
def test_masking_json_as_text_leaves_no_more_of_a_secret_than_masking_each_value(secret: str, forms: list[str]) -> None:
    ascii = json.dumps(secret)[1:-1]
    spelt = {"plain": secret, "json": ascii, "php": ascii.replace("/", "\\/"), "inner": json.dumps([secret])}
    value: JsonValue = [secret if form == "alone" else f"x {spelt[form]} y" for form in forms]
    redactor = Redactor.of([], Scrubber.of([secret]))
    shown = redactor.json(json_text(value))
    assert shown is None or json_value(shown) == redactor.value(value)
