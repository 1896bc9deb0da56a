import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.secrets import verify

KEY, BODY = "It's a Secret to Everybody", b"Hello, World!"
# GitHub's documentation has this pair
SIGNATURE = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
DIGEST = bytes.fromhex(SIGNATURE)


@pytest.mark.parametrize(
    "signature",
    [
        "SIGNATURE",
        SIGNATURE,
        f"sha256={SIGNATURE}",
        f"SHA256={SIGNATURE.upper()}",
        f"  {SIGNATURE}\n",
        base64.b64encode(DIGEST).decode(),
        base64.urlsafe_b64encode(DIGEST).decode().rstrip("="),
        "sha256=" + base64.b64encode(DIGEST).decode(),
    ],
)
def test_hex_and_base64_with_and_without_a_prefix(signature: str) -> None:
    assert verify(KEY, BODY, signature, "sha256") is (signature != "SIGNATURE")


@pytest.mark.parametrize("algorithm", ["sha1", "sha384", "sha512"])
def test_other_algorithms_of_other_senders(algorithm: str) -> None:
    digest = hmac.new(KEY.encode(), BODY, getattr(hashlib, algorithm))
    assert verify(KEY, BODY, f"{algorithm}={digest.hexdigest()}", algorithm)
    assert not verify(KEY, BODY, f"{algorithm}={digest.hexdigest()}", "sha256")


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "=", "sha1=" + SIGNATURE, SIGNATURE[:-2], SIGNATURE[:-1] + "0", "é"]
)
def test_a_signature_that_is_none_is_a_wrong_one(signature: str) -> None:
    assert verify(KEY, BODY, signature, "sha256") is False


@given(st.text(max_size=200))
def test_nothing_that_a_sender_writes_raises_or_passes(signature: str) -> None:
    assert verify(KEY, BODY, signature, "sha256") is False
