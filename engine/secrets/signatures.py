"""HMAC signatures of webhooks, in the forms that senders write them, Standard Webhooks' among them."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator

# sha1 for senders that know nothing else
ALGORITHMS = ("sha256", "sha512", "sha384", "sha1")
# of all of them together: more is no signature
MAX_CHARACTERS = 1_000

_KEY_IN_BASE64 = "whsec_"


def verify(key: str, body: bytes, signature: str, algorithm: str) -> bool:
    """Whether `signature` is the body's HMAC: hex or base64, with or without `sha256=` or `v1,` before it.

    Of several, apart by spaces, one has to be. `algorithm` is one of ALGORITHMS. A signature that is none is a wrong
    one.
    """
    if len(signature) > MAX_CHARACTERS:
        return False
    expected = [hmac.digest(each, body, getattr(hashlib, algorithm)) for each in _keys(key)]
    found = [reading for one in signature.split() for reading in _readings(one, algorithm)]
    # every reading is compared, so that the time taken tells nothing
    matches = [hmac.compare_digest(right, reading) for right in expected for reading in found]
    return True in matches


def _keys(key: str) -> Iterator[bytes]:
    """Standard Webhooks means the bytes that a `whsec_` key encodes, Stripe the text as it stands."""
    yield key.encode()
    if key.startswith(_KEY_IN_BASE64) and (decoded := _from_base64(key.removeprefix(_KEY_IN_BASE64))):
        yield decoded


def _readings(signature: str, algorithm: str) -> Iterator[bytes]:
    for mark in (f"{algorithm}=", "v1,"):
        if signature.lower().startswith(mark):
            signature = signature[len(mark) :]
    try:
        yield bytes.fromhex(signature)
    except ValueError:
        pass
    decoded = _from_base64(signature.replace("-", "+").replace("_", "/"))
    if decoded is not None:
        yield decoded


def _from_base64(text: str) -> bytes | None:
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
