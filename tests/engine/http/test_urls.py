import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.http import HttpError, destination_of
from engine.http.urls import MAX_URL, parse_url


@pytest.mark.parametrize(
    ("url", "destination"),
    [
        ("http://example.com", "http://example.com:80"),
        ("HTTPS://Example.COM:443/x", "https://example.com:443"),
        ("http://example.com.:8080/", "http://example.com:8080"),
        ("http://münchen.de/", "http://xn--mnchen-3ya.de:80"),
        ("http://my_service:9000/hook", "http://my_service:9000"),
        ("http://user:pass@example.com/", "http://example.com:80"),
        ("http://127.0.0.1/", "http://127.0.0.1:80"),
        ("http://127.0.0.1./", "http://127.0.0.1:80"),
        ("http://2130706433/", "http://127.0.0.1:80"),
        ("http://0x7f000001/", "http://127.0.0.1:80"),
        ("http://0x7f.1/", "http://127.0.0.1:80"),
        ("http://0X7F.0.0.1/", "http://127.0.0.1:80"),
        ("http://017700000001/", "http://127.0.0.1:80"),
        ("http://127.1/", "http://127.0.0.1:80"),
        ("http://0/", "http://0.0.0.0:80"),
        ("http://127。0。0。1/", "http://127.0.0.1:80"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
        ("http://[0:0:0:0:0:0:0:1]/", "http://[::1]:80"),
        ("http://[::ffff:127.0.0.1]/", "http://127.0.0.1:80"),
        ("http://[::ffff:7f00:1]/", "http://127.0.0.1:80"),
        ("http://evil.example\\@127.0.0.1/", "http://127.0.0.1:80"),
        ("http://a@b@127.0.0.1/", "http://127.0.0.1:80"),
    ],
)
def test_every_spelling_of_a_destination_is_the_same_destination(url: str, destination: str) -> None:
    assert destination_of(url) == destination


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "it must begin with http:// or https://"),
        ("example.com/hook", "it must begin with http:// or https://"),
        ("//example.com/hook", "it must begin with http:// or https://"),
        ("ftp://example.com/", "it must begin with http:// or https://"),
        ("file:///etc/passwd", "it must begin with http:// or https://"),
        ("gopher://example.com/", "it must begin with http:// or https://"),
        ("http:example.com", "it names no host"),
        ("http:///path", "it names no host"),
        ("http://./", "it names no host"),
        ("http://example.com:0/", "its port must be between 1 and 65535"),
        ("http://example.com:65536/", "its port must be between 1 and 65535"),
        ("http://example.com:-1/", "its port must be between 1 and 65535"),
        ("http://example.com:http/", "Invalid port"),
        ("http://0177.0.0.1/", "Invalid IPv4 address"),
        ("http://127.0.0.256/", "Invalid IPv4 address"),
        ("http://1.2.3.4.5/", "its host ends in a number but is no IPv4 address"),
        ("http://4294967296/", "its host ends in a number but is no IPv4 address"),
        ("http://example.1/", "its host ends in a number but is no IPv4 address"),
        ("http://[fe80::1%25eth0]/", "zone ids in addresses are not supported"),
        ("http://[::1/", "Invalid port"),
        ("http://[v1.fe80]/", "Invalid IPv6 address"),
        ("http://%31%32%37.0.0.1/", "its host ends in a number but is no IPv4 address"),
        ("http://ex%61mple.com/", "its host is no host name (percent-encoding is not taken in hosts)"),
        ("http://exa mple.com/", "its host is no host name (percent-encoding is not taken in hosts)"),
        ("http://a..b/", "its host is no host name (percent-encoding is not taken in hosts)"),
        (f"http://{'a' * 64}/", "its host is no host name (percent-encoding is not taken in hosts)"),
        (f"http://{'a.' * 127}a/", "its host is no host name (percent-encoding is not taken in hosts)"),
        ("http://☃.net/", "Invalid IDNA hostname"),
        ("http://example.com/\r\nX-Injected: 1", "Invalid non-printable ASCII character in URL, '\\r' at position 19"),
        ("http://example.com/\ud800", "it has characters that cannot be encoded"),
        (f"http://example.com/{'a' * MAX_URL}", f"it has {MAX_URL + 19} characters; at most {MAX_URL} are sent"),
        (
            f"http://example.com/{'é' * 4000}",
            f"it has 24001 characters when encoded; at most {MAX_URL} are sent",
        ),
    ],
)
def test_a_bad_url_says_what_is_wrong(url: str, reason: str) -> None:
    with pytest.raises(HttpError) as caught:
        destination_of(url)
    assert (caught.value.kind, caught.value.message) == ("bad-url", f"the url is not valid: {reason}")


@pytest.mark.parametrize(
    "url",
    [
        "http://user:hunter2/x@example.com",
        "http://user:hunter2@exa mple.com/",
        "http://user:hunter2@example.com:99999/",
    ],
)
def test_an_error_never_repeats_a_password(url: str) -> None:
    with pytest.raises(HttpError) as caught:
        destination_of(url)
    assert "hunter2" not in caught.value.message


def test_credentials_leave_the_url_for_a_header() -> None:
    target = parse_url("https://jo%40example.com:p%3Ass%20w%C3%B6rd@example.com/a?b=c#d")
    assert target.url == "https://example.com/a?b=c"
    assert target.authorization == "Basic am9AZXhhbXBsZS5jb206cDpzcyB3w7ZyZA=="


def test_a_user_without_password_has_an_empty_one() -> None:
    assert parse_url("https://key@example.com/").authorization == "Basic a2V5Og=="


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", "https://example.com:8443/b"),
        ("b?c#d", "https://example.com:8443/dir/b?c"),
        ("//other.example/b", "https://other.example/b"),
        ("http://127.1:80/b", "http://127.0.0.1/b"),
        ("", "https://example.com:8443/dir/a?x"),
    ],
)
def test_a_location_is_read_from_where_it_was_given(location: str, url: str) -> None:
    assert parse_url("https://user:pass@example.com:8443/dir/a?x").joined(location).url == url


@pytest.mark.parametrize("location", ["http://[", "http://[::1", "ftp://example.com/", "http://a\x00b/", "http://"])
def test_a_bad_location_is_a_bad_url(location: str) -> None:
    with pytest.raises(HttpError) as caught:
        parse_url("https://example.com/a").joined(location)
    assert caught.value.kind == "bad-url"


@settings(deadline=None)
@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://user@", "http://[", "http://127.0.0.1:"]))
def test_any_text_is_a_destination_or_a_bad_url(text: str, start: str) -> None:
    for base in ("", "http://example.com/a/b"):
        try:
            target = parse_url(base).joined(start + text) if base else parse_url(start + text)
        except HttpError as error:
            assert error.kind == "bad-url"
        else:
            assert parse_url(target.url).destination == target.destination
            assert target.url.isascii() and target.url.isprintable() and " " not in target.url
