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
        f"v1,{'0' * 64} sha256={SIGNATURE}",
    ],
)
def test_hex_and_base64_with_and_without_a_prefix(signature: str) -> None:
    assert verify(KEY, BODY, signature, "sha256") is (signature != "SIGNATURE")


@pytest.mark.parametrize("algorithm", ["sha1", "sha384", "sha512"])
def test_other_algorithms_of_other_senders(algorithm: str) -> None:
    digest = hmac.new(KEY.encode(), BODY, getattr(hashlib, algorithm))
    assert verify(KEY, BODY, f"{algorithm}={digest.hexdigest()}", algorithm)
    assert not verify(KEY, BODY, f"{algorithm}={digest.hexdigest()}", "sha256")


def test_standard_webhooks_encodes_its_key_and_sends_one_signature_or_several() -> None:
    # its specification has these
    key, signature = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    body = b'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
    old = "v1," + base64.b64encode(DIGEST).decode()
    for right in (signature, f"{old} {signature}", f"v1a,{old[3:]} {signature}"):
        assert verify(key, body, right, "sha256")
    for wrong in (old, signature.replace("v1,", "v1a,"), signature.replace("v1,", "v2,")):
        assert not verify(key, body, wrong, "sha256")
    assert not verify(key, body + b" ", signature, "sha256")


@pytest.mark.parametrize("key", ["whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH", "whsec_not base64", "whsec_"])
def test_others_mean_a_key_that_looks_encoded_as_it_stands(key: str) -> None:
    assert verify(key, BODY, hmac.digest(key.encode(), BODY, "sha256").hex(), "sha256")
    # nobody signs with nothing
    assert not verify(key, BODY, hmac.digest(b"", BODY, "sha256").hex(), "sha256")


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "=", "v1,", "sha1=" + SIGNATURE, SIGNATURE[:-2], SIGNATURE[:-1] + "0", "é", f"{SIGNATURE:1001}"],
)
def test_a_signature_that_is_none_is_a_wrong_one(signature: str) -> None:
    assert verify(KEY, BODY, signature, "sha256") is False


@given(st.text(max_size=200))
def test_nothing_that_a_sender_writes_raises_or_passes(signature: str) -> None:
    assert verify(KEY, BODY, signature, "sha256") is False
