import pytest

from engine.model.json import JsonObject
from engine.redaction import Redactor

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
