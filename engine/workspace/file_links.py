"""Links by which an uploaded file is fetched without a login: signed, for one file, good for ten minutes.

The key is made when it is first needed, and kept in the database, so that every server of one database knows it; the
ten minutes are by its clock.
"""

import hmac
import secrets
from hashlib import sha256

from engine.model.files import File
from engine.store.clock import read_clock
from engine.store.database import Store
from engine.store.keys import ensure_key
from engine.trace import now_ms
from engine.workspace.files import path_of

GOOD_FOR_MS = 600_000
KEY_BYTES = 32


class FileLinks:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._key: bytes | None = None

    async def signed(self, file: File) -> str:
        """The path and query that fetch the file from now on."""
        expires = str(await self._store.read(read_clock) + GOOD_FOR_MS)
        return f"{path_of(file)}?expires={expires}&signature={await self._signature(file.id, expires)}"

    async def allows(self, file_id: str, expires: str, signature: str) -> bool:
        if not (expires.isascii() and expires.isdecimal() and len(expires) < 20 and signature.isascii()):
            return False
        if not hmac.compare_digest(await self._signature(file_id, expires), signature):
            return False
        return await self._store.read(read_clock) < int(expires)

    async def _signature(self, file_id: str, expires: str) -> str:
        if self._key is None:
            made = secrets.token_hex(KEY_BYTES)
            self._key = bytes.fromhex(await self._store.write(ensure_key, "file-links", made, now_ms()))
        return hmac.new(self._key, f"{file_id} {expires}".encode("utf-8", "replace"), sha256).hexdigest()
