"""Which secrets an integration has: its own, and those of everyone that it has none of the same name for.

What was opened is kept with the version of the configuration that it was read under, and used while that version holds:
a secret that was changed or removed is so from its commit on, whichever process did it.
"""

import asyncio
from dataclasses import dataclass

from engine.redaction import Scrubber
from engine.secrets.cipher import Cipher
from engine.secrets.known import NOTHING, Known
from engine.secrets.secret import ANYONE, Secret, SecretRules
from engine.store import configuration
from engine.store.database import Store
from engine.store.secrets import StoredSecret, secrets_of

# About what is kept in memory, in bytes: of each integration, and of each spelling that its secrets are looked for by.
MAX_KEPT = 64 * 1024 * 1024
BYTES_AN_INTEGRATION, BYTES_A_SPELLING = 12 * 1024, 1_200


@dataclass(frozen=True, slots=True)
class _Kept:
    version: int
    rows: list[StoredSecret]
    known: Known

    @property
    def size(self) -> int:
        if not self.known.scrubber:
            return BYTES_AN_INTEGRATION
        needles = self.known.scrubber.needles
        return BYTES_AN_INTEGRATION + BYTES_A_SPELLING * len(needles) + needles.characters


class Vault:
    """`shared`: other processes write to the same database, so its version is asked for at each use."""

    def __init__(self, store: Store, cipher: Cipher, *, shared: bool = False) -> None:
        self.cipher = cipher
        self._store = store
        self._shared = shared
        self._changes = 0
        self._kept: dict[str, _Kept] = {}
        self._size = 0

    async def known(self, integration_id: str) -> Known:
        """As it is now: the same object as before, unless something was changed. Raises Unavailable."""
        # the version first: rows that are newer than it are read again
        version = await self._store.read(configuration.version) if self._shared else self._changes
        kept = self._kept.get(integration_id)
        if kept is not None and kept.version == version:
            return kept.known
        rows = await self._store.read(secrets_of, (ANYONE, integration_id))
        if kept is not None and kept.rows == rows:
            known = kept.known
        else:
            known = await asyncio.to_thread(self._opened, rows) if rows else NOTHING
        self._keep(integration_id, _Kept(version, rows, known))
        return known

    def forget(self) -> None:
        """After every change of a secret that this process has made."""
        self._changes += 1

    def _keep(self, integration_id: str, kept: "_Kept") -> None:
        self._drop(integration_id)
        self._kept[integration_id] = kept
        self._size += kept.size
        while self._size > MAX_KEPT and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def _drop(self, integration_id: str) -> None:
        if (kept := self._kept.pop(integration_id, None)) is not None:
            self._size -= kept.size

    def _opened(self, rows: list[StoredSecret]) -> Known:
        secrets: dict[str, Secret] = {}
        # an integration's own come last, and win
        for row in sorted(rows, key=lambda row: row.scope != ANYONE):
            value = self.cipher.unseal(row.scope, row.name, row.sealed)
            secrets[row.name] = Secret(row.name, value, SecretRules(row.hosts, row.uses), row.scope)
        values = [secret.value for secret in secrets.values() if secret.value is not None]
        return Known(secrets, Scrubber.of(values).ready())
