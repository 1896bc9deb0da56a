import pytest

from engine.credentials import credentials_of
from engine.http import OutgoingRequest
from engine.redaction import REFERENCE_PREFIX


@pytest.mark.parametrize(
    ("url", "headers", "found"),
    [
        ("http://h/?token=abcd", [("Content-Type", "text/plain"), ("X-Team", "core")], set()),
        ("http://h/", [("X-Api-Key", " a key "), ("x-my-token", "tokentoken")], {"a key", "tokentoken"}),
        ("http://h/", [("Authorization", "Bearer b.e.a")], {"b.e.a"}),
        ("http://h/", [("Authorization", "Basic dTpwYXNzd29yZA==")], {"dTpwYXNzd29yZA==", "password"}),
        ("http://h/", [("Authorization", "Basic !no base64!")], {"!no base64!"}),
        ("http://h/", [("Cookie", "a=1; session=abcd")], {"abcd"}),
        ("http://h/", [("X-Api-Key", "abc")], set()),
        ("http://h/", [("Authorization", f"Bearer {REFERENCE_PREFIX}{'0' * 32}")], set()),
        ("http://u:p%21ss@h/", [], {"p%21ss", "p!ss", "dTpwIXNz"}),
        ("http://h]/", [], set()),
    ],
)
def test_what_lets_a_request_in(url: str, headers: list[tuple[str, str]], found: set[str]) -> None:
    assert credentials_of(OutgoingRequest("POST", url, tuple(headers))) == found
