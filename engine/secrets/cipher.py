"""Encryption at rest: Fernet, under `DATA/secret.key` or HOOKCELL_ENCRYPTION_KEY.

A value is sealed together with where it belongs, so that one row's bytes mean nothing in another. Of several keys,
separated by commas, the first encrypts and all decrypt: put the new one first, and set each secret again to leave the
old one behind.
"""

import os
from pathlib import Path

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from engine.errors import CannotStart, PlainError

SETTING = "HOOKCELL_ENCRYPTION_KEY"
FILE_NAME = "secret.key"


class Cipher:
    """The key is read here, and made when something is sealed for the first time. Raises CannotStart.

    `shared`: other servers read the same secrets, so none of them makes a key of its own.
    """

    def __init__(self, data: Path, key: str | None = None, *, shared: bool = False) -> None:
        self._shared = shared
        self._file = data / FILE_NAME
        self._fernet: MultiFernet | None = None
        if key is not None:
            self._fernet = _fernet(key, SETTING)
        elif self._file.exists():
            self._fernet = _fernet(_read(self._file), str(self._file))

    def seal(self, scope: str, name: str, value: str) -> bytes:
        """Raises PlainError where a key is missing that cannot be made here."""
        if self._fernet is None:
            if self._shared:
                raise PlainError(f"Secrets that several servers share need {SETTING}, the same for each of them.")
            self._fernet = _fernet(_made(self._file), str(self._file))
        return self._fernet.encrypt(orjson.dumps([scope, name, value]))

    def unseal(self, scope: str, name: str, sealed: bytes) -> str | None:
        """None for what was sealed with another key, or for something else."""
        if self._fernet is None:
            return None
        try:
            found = orjson.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            return None
        return str(found[2]) if found[:2] == [scope, name] else None


def _fernet(keys: str, source: str) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key.strip()) for key in keys.split(",")])
    except ValueError:
        raise CannotStart(
            f"{source} holds no encryption key. A key is 32 bytes in url-safe base64; this makes one: "
            "python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
        ) from None


def _read(file: Path) -> str:
    if file.stat().st_mode & 0o077:
        raise CannotStart(f"{file} may be read by others; run: chmod 600 {file}")
    return file.read_text("ascii", "replace")


def _made(file: Path) -> str:
    key = Fernet.generate_key()
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(descriptor, key + b"\n")
        # what is sealed with it is on the disk soon after
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return key.decode()
