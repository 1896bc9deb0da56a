"""HMAC signatures of webhooks, in the forms that senders write them."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator

# sha1 for senders that know nothing else
ALGORITHMS = ("sha256", "sha512", "sha384", "sha1")


def verify(key: str, body: bytes, signature: str, algorithm: str) -> bool:
    """Whether `signature` is the body's HMAC: hex or base64, with or without `sha256=` before it.

    `algorithm` is one of ALGORITHMS. A signature that is none is a wrong one.
    """
    expected = hmac.digest(key.encode(), body, getattr(hashlib, algorithm))
    signature = signature.strip()
    prefix, mark, rest = signature.partition("=")
    if mark and prefix.lower() == algorithm:
        signature = rest
    # every reading is compared, so that the time taken tells nothing
    matches = [hmac.compare_digest(expected, found) for found in _readings(signature)]
    return True in matches


def _readings(signature: str) -> Iterator[bytes]:
    try:
        yield bytes.fromhex(signature)
    except ValueError:
        pass
    bare = signature.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        yield base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        pass
