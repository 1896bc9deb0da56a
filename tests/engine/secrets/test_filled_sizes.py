"""A request is as large as one may be with the values of its secrets in it, and is measured before they are put in."""

import base64
import tracemalloc
from dataclasses import replace

import pytest

from engine.http import Hop, HttpError, OutgoingRequest
from engine.http.client import hop_of
from engine.http.headers import MAX_HEADER_BYTES
from engine.http.urls import MAX_URL
from engine.redaction import REFERENCE_PREFIX
from engine.secrets import USES, Secret, SecretFiller, SecretRules

REF = REFERENCE_PREFIX + "0123456789abcdef" * 2
HOST = "http://127.0.0.1"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def filler(value: str) -> SecretFiller:
    return SecretFiller({REF: "big"}, {"big": Secret("big", value, SecretRules(("127.0.0.1",), USES))})


def refused(hop: Hop, value: str) -> str:
    """What the check before everything says, and the one at the wire just so."""
    for step in (filler(value).check, filler(value).fill):
        with pytest.raises(HttpError) as caught:
            step(hop)
        assert caught.value.kind == "bad-request"
    return caught.value.message


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_a_small_text_does_not_become_a_large_body() -> None:
    hop = hop_of(OutgoingRequest("POST", HOST, (), (REF * 8_000).encode()))
    tracemalloc.start()
    message = refused(hop, "x" * 16 * 1024)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert message == (
        "the request cannot be sent: with its secrets its body has 131,072,000 bytes; at most 5,242,880 are sent"
    )
    assert peak < 16 * 1024 * 1024


@pytest.mark.parametrize("value", ["v" * 100, 'ü"/\\ +' * 20, "\n\t"])
@pytest.mark.parametrize("kind", [JSON, FORM, "text/plain"])
def test_what_is_counted_of_a_body_is_what_is_sent(value: str, kind: str) -> None:
    def hop(length: int) -> Hop:
        body = b"=" * length + f" ü {REF} {REF[:-1]}g {REF}".encode()
        return hop_of(OutgoingRequest("POST", HOST, (("Content-Type", kind),), body))

    by = replace(filler(value), max_body=10_000)
    room = 10_000 - len(by.fill(hop(0)).body or b"")
    assert len(by.fill(hop(room)).body or b"") == 10_000
    with pytest.raises(HttpError, match="its body has 10,001 bytes; at most 10,000 are sent"):
        by.check(hop(room + 1))


def test_a_url_is_measured_as_it_is_written() -> None:
    value = "ü/" * 300

    def hop(length: int) -> Hop:
        return hop_of(OutgoingRequest("GET", f"{HOST}/{'p' * length}?a={REF}&b={REF}"))

    room = MAX_URL - len(filler(value).fill(hop(0)).target.path)
    assert len(filler(value).fill(hop(room)).target.path) == MAX_URL
    assert f"its url has {MAX_URL + 1:,} characters; at most {MAX_URL:,} are sent" in refused(hop(room + 1), value)


@pytest.mark.parametrize("written", [f"k {REF} {REF}", basic(f"ü:{REF}{REF}")])
def test_headers_are_measured_together_and_credentials_encoded(written: str) -> None:
    value = "ü" * 4_000

    def hop(length: int) -> Hop:
        return hop_of(OutgoingRequest("GET", HOST, (("X-Long", "x" * length), ("Authorization", written))))

    def size(filled: Hop) -> int:
        return sum(len(name) + len(value.encode()) for name, value in filled.headers)

    room = MAX_HEADER_BYTES - size(filler(value).fill(hop(0)))
    assert size(filler(value).fill(hop(room))) == MAX_HEADER_BYTES
    message = refused(hop(room + 1), value)
    assert message.endswith(f"its headers have {MAX_HEADER_BYTES + 1:,} bytes; at most {MAX_HEADER_BYTES:,} are sent")
