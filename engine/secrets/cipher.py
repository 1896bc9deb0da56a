"""Encryption at rest: Fernet, under `DATA/secret.key` or HOOKCELL_ENCRYPTION_KEY.

A value is sealed together with where it belongs, so that one row's bytes mean nothing in another. Of several keys,
separated by commas, the first encrypts and all decrypt: put the new one first, and set each secret again to leave the
old one behind. A key that is lost costs the values and nothing else: each can be set again.
"""

import os
from pathlib import Path

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from engine.errors import CannotStart, CodedError

SETTING = "HOOKCELL_ENCRYPTION_KEY"
FILE_NAME = "secret.key"

NO_KEY = "error-encryption-key"
A_KEY = (
    "A key is 32 bytes in url-safe base64; this makes one: "
    "python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
)


class Cipher:
    """The key is read here, and made when something is sealed for the first time. Raises CannotStart.

    `shared`: other servers read the same secrets, so none of them makes a key of its own.
    """

    def __init__(self, data: Path, key: str | None = None, *, shared: bool = False) -> None:
        self._shared = shared
        self._file = data / FILE_NAME
        self._fernet: MultiFernet | None = None
        # as the file holds it
        self._filed: str | None = None
        if key is not None:
            self._fernet = _fernet(key, SETTING)
        elif (filed := _read(self._file)) is not None:
            self._fernet, self._filed = _fernet(filed, str(self._file)), filed

    def seal(self, scope: str, name: str, value: str) -> bytes:
        """Raises CodedError where there is no key and none can be made here."""
        return self._keyed().encrypt(orjson.dumps([scope, name, value]))

    def unseal(self, scope: str, name: str, sealed: bytes) -> str | None:
        """None for what was sealed with another key, or for something else."""
        if self._fernet is None:
            return None
        try:
            found = orjson.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            return None
        return str(found[2]) if found[:2] == [scope, name] else None

    def _keyed(self) -> MultiFernet:
        if self._fernet is None and self._shared:
            reason = f"Secrets that several servers share need {SETTING}, the same for each of them. {A_KEY}"
            raise CodedError(NO_KEY, reason)
        if self._fernet is not None and (self._filed is None or self._file.exists()):
            return self._fernet
        # also where the file has gone meanwhile: what is sealed from here must be read after the next start, too
        filed = _kept(self._file, self._filed or Fernet.generate_key().decode() + "\n")
        self._fernet, self._filed = _fernet(filed, str(self._file)), filed
        return self._fernet


def _fernet(keys: str, source: str) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key.strip()) for key in keys.split(",")])
    except ValueError:
        raise CannotStart(f"{source} holds no encryption key. {A_KEY}") from None


def _read(file: Path) -> str | None:
    try:
        if file.stat().st_mode & 0o077:
            raise CannotStart(f"{file} may be read by others; run: chmod 600 {file}")
        return file.read_text("ascii", "replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CannotStart(f"{file}, the key of all secrets, cannot be read: {error.strerror}.") from None


def _kept(file: Path, key: str) -> str:
    """The key, once it is on the disk: another process's where that was quicker. Raises CodedError."""
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with open(descriptor, "wb") as kept:
                kept.write(key.encode())
                kept.flush()
                # what is sealed with it is on the disk soon after
                os.fsync(descriptor)
        except OSError:
            # half a key opens nothing
            file.unlink(missing_ok=True)
            raise
    except FileExistsError:
        return _read(file) or key
    except OSError as error:
        advice = f"Make room for it and let the server write there, or set {SETTING}."
        reason = f"The key of all secrets cannot be kept in {file}: {error.strerror}. {advice}"
        raise CodedError(NO_KEY, reason) from None
    return key
