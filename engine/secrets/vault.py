"""Which secrets an integration has: its own, and those of everyone that it has none of the same name for."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from engine.redaction import NO_SECRETS, Scrubber
from engine.secrets.cipher import Cipher
from engine.secrets.secret import ANYONE, Secret, SecretRules
from engine.store.database import Store
from engine.store.secrets import StoredSecret, secrets_of

# A change in this process is seen at once, one of another process after this time.
KEPT_SECONDS = 2.0
MAX_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Known:
    """What one integration has; `scrubber` takes all its values out of what is shown."""

    secrets: Mapping[str, Secret]
    scrubber: Scrubber


NOTHING = Known({}, NO_SECRETS)


class Vault:
    def __init__(self, store: Store, cipher: Cipher) -> None:
        self.cipher = cipher
        self._store = store
        self._kept: dict[str, tuple[float, Known]] = {}
        self._changes = 0

    async def known(self, integration_id: str) -> Known:
        """Raises Unavailable."""
        kept = self._kept.get(integration_id)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        changes = self._changes
        rows = await self._store.read(secrets_of, (ANYONE, integration_id))
        known = self._opened(rows)
        if changes == self._changes:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            self._kept[integration_id] = (time.monotonic() + KEPT_SECONDS, known)
        return known

    def forget(self) -> None:
        """After every change of a secret."""
        self._changes += 1
        self._kept.clear()

    def _opened(self, rows: list[StoredSecret]) -> Known:
        secrets: dict[str, Secret] = {}
        # an integration's own come last, and win
        for row in sorted(rows, key=lambda row: row.scope != ANYONE):
            value = self.cipher.unseal(row.scope, row.name, row.sealed)
            secrets[row.name] = Secret(row.name, value, SecretRules(row.hosts, row.uses), row.scope)
        values = [secret.value for secret in secrets.values() if secret.value is not None]
        return Known(secrets, Scrubber.of(values))
