import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.json import JsonObject, JsonValue
from engine.redaction import REFERENCE_PREFIX, Redactor, Scrubber
from engine.store.connections import json_text, json_value

LONG = 'tok/en"with+odd=signs'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (LONG, "***"),
        (f"got {LONG}!", "got ***!"),
        ('{"token":"tok/en\\"with+odd=signs"}', '{"token":"***"}'),
        ("token=tok%2Fen%22with%2Bodd%3Dsigns&a=1", "token=***&a=1"),
        ('{"token":"abc"}', '{"token":"***"}'),
        ("abc", "***"),
        ("the alphabet begins with abc", "the alphabet begins with abc"),
        ("https://user:pass@host/path", "https://***@host/path"),
        ("see http://u@h/ and http://plain/", "see http://***@h/ and http://plain/"),
        ("https://h/?access_token=1&q=2&api_key=3#f", "https://h/?access_token=***&q=2&api_key=***#f"),
        ("http://h/hooks/idididid/0123456789abcdef0123", "http://h/hooks/idididid/***"),
        ("/hooks/id/userid/0123456789abcdef0123?x=1", "/hooks/id/userid/***?x=1"),
        ("mail me@example.com at 5://x", "mail me@example.com at 5://x"),
    ],
)
def test_secrets_are_masked_in_text(text: str, shown: str) -> None:
    assert Redactor.of([LONG, "abc", "", None]).text(text) == shown


def test_credential_headers_and_auth_are_masked_wherever_they_are() -> None:
    names = ["Authorization", "cookie", "Set-Cookie", "X-Auth-Token", "x-api-key", "X-Gitlab-Token", "x-my-secret"]
    request: JsonObject = {
        "headers": {**dict.fromkeys(names, "v"), "Accept": "a"},
        "auth": ["u", "p"],
        "url": "http://u:p@h/",
    }
    assert Redactor.of([]).value({"nested": [request]}) == {
        "nested": [{"headers": {**dict.fromkeys(names, "***"), "Accept": "a"}, "auth": "***", "url": "http://***@h/"}]
    }
    pairs: JsonObject = {"headers": [["Authorization", "v"], ["Accept", "a"], [], 1]}
    assert Redactor.of([]).value(pairs) == {"headers": [["Authorization", "***"], ["Accept", "a"], [], 1]}


def test_other_values_stay_as_they_are() -> None:
    value: JsonObject = {"n": 1, "f": 1.5, "t": True, "none": None, "list": ["x", {"y": "z"}], "token": ""}
    assert Redactor.of([LONG]).value(value) == value


def test_a_secret_that_is_a_key_is_masked_too() -> None:
    assert Redactor.of([LONG]).value({LONG: 1}) == {"***": 1}


ITEMS = st.sampled_from(
    ["a-token-12345", "short", "text", "say a-token-12345 twice a-token-12345", "https://u:p@h/", "?token=abc", "/x"]
    + ["s3cr3t/value+1=", "czNjcjN0L3ZhbHVlKzE9", f"{REFERENCE_PREFIX}{'0' * 32}", 'a "quoted" one', "é", 'x "short" y']
    + ["/hooks/aobEdbYhXfu5hkeqG/0123456789abcdefgh"]
)
KEYS = st.sampled_from(["token", "text", "headers", "Authorization", "x-csrf-token", "auth", "url", "search", "data"])
VALUES = st.recursive(
    st.none() | st.integers(-(2**63), 2**63 - 1) | ITEMS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | ITEMS, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, st.lists(st.sampled_from(["a-token-12345", "short", 'we"ird\\token']), max_size=2))
def test_masking_json_as_text_makes_what_masking_each_value_makes(value: JsonValue, tokens: list[str]) -> None:
    redactor = Redactor.of(tokens, Scrubber.of(["s3cr3t/value+1="]))
    shown = redactor.json(json_text(value))
    assert shown is None or json_value(shown) == redactor.value(value)


def test_what_is_usual_is_masked_as_text() -> None:
    redactor = Redactor.of(["a-token-12345"])
    text = json_text(
        {"token": "a-token-12345", "headers": {"content-type": "text/plain"}, "url": "https://x.example/?q=1"}
    )
    assert redactor.json(text) == text.replace("a-token-12345", "***")


def test_references_are_told_by_their_form() -> None:
    word = "hookcellref" + "0123456789abcdef" * 2
    assert Redactor.of([]).value({"a": f"Bearer {word}", "b": "hookcellref"}) == {"a": "Bearer ***", "b": "hookcellref"}
