import pytest

from engine.http import is_credential
from engine.http.headers import Headers, redirected
from engine.http.urls import parse_url

SECRETS: Headers = (("Authorization", "Bearer t"), ("X-Gitlab-Token", "t"))
PLAIN: Headers = (("X-Team", "core"), ("Content-Type", "application/json"))


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ("https://a.example/x", "https://a.example/y", True),
        ("https://a.example/x", "https://A.example.:443/y", True),
        ("http://a.example/x", "https://a.example/x", True),
        ("http://a.example:8080/x", "https://a.example/x", False),
        ("http://a.example/x", "https://a.example:8443/x", False),
        ("https://a.example/x", "http://a.example/x", False),
        ("https://a.example/x", "https://a.example:8443/x", False),
        ("https://a.example/x", "https://b.example/x", False),
        ("http://a.example/x", "https://b.example/x", False),
        ("https://a.example/x", "https://sub.a.example/x", False),
    ],
)
def test_credentials_follow_within_an_origin_and_from_http_up_to_https(before: str, after: str, kept: bool) -> None:
    expected = (*SECRETS, *PLAIN) if kept else PLAIN
    assert redirected((*SECRETS, *PLAIN), parse_url(before), parse_url(after)) == expected


@pytest.mark.parametrize(
    "name", ["Authorization", "cookie", "X-Auth-Token", "X-API-Key", "x-gitlab-token", "My-Secret"]
)
def test_a_credential_header_is_known_by_its_name(name: str) -> None:
    assert is_credential(name)


@pytest.mark.parametrize("name", ["Content-Type", "X-Hub-Signature-256", "X-Tokens", "Secret-Santa", "Idempotency-Key"])
def test_other_headers_are_no_credentials(name: str) -> None:
    assert not is_credential(name)
