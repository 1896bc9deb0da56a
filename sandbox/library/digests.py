"""Digests and identifiers: hashlib, hmac, uuid."""

import hashlib
import hmac
import uuid
from typing import Any, Final

from sandbox.library.facade import Facade, named, nearest

MAX_ITERATIONS: Final = 10_000_000

_DIGESTS: Final = (
    "md5 sha1 sha224 sha256 sha384 sha512 sha3_224 sha3_256 sha3_384 sha3_512 shake_128 shake_256 blake2b blake2s"
)


def new(name: str, data: Any = b"", *, usedforsecurity: bool = True) -> Any:
    """`hashlib.new` for the algorithms every build has."""
    if not isinstance(name, str):
        raise TypeError("hashlib.new(): the name of the algorithm must be a str")
    plain = str.__str__(name).lower().replace("-", "_")
    if plain not in _DIGESTS.split():
        raise ValueError(f"unsupported hash type {name}{nearest(plain, _DIGESTS.split())}")
    return getattr(hashlib, plain)(data, usedforsecurity=usedforsecurity)


def pbkdf2_hmac(hash_name: str, password: Any, salt: Any, iterations: int, dklen: int | None = None) -> bytes:
    if iterations > MAX_ITERATIONS:
        raise OverflowError(f"pbkdf2_hmac() with more than {MAX_ITERATIONS:,} iterations is not available")
    return hashlib.pbkdf2_hmac(hash_name, password, salt, iterations, dklen)


Facade("hashlib", {**named(hashlib, _DIGESTS), **named(hashlib, "scrypt"), "new": new, "pbkdf2_hmac": pbkdf2_hmac})
Facade("hmac", named(hmac, "new digest compare_digest"))
Facade(
    "uuid",
    named(
        uuid,
        "UUID uuid3 uuid4 uuid5 NAMESPACE_DNS NAMESPACE_URL NAMESPACE_OID NAMESPACE_X500 RESERVED_NCS RFC_4122 "
        "RESERVED_MICROSOFT RESERVED_FUTURE",
    ),
    refused={"uuid1": "it tells the machine's address: use uuid4()", "getnode": "it tells the machine's address"},
)
