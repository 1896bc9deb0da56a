"""A store that belongs to a tool or a replay: in memory, with the same limits, and nobody else's."""

from collections.abc import Iterable

from engine.model.values import Change, StoredValue


class ScratchValues:
    def __init__(self, values: Iterable[StoredValue] = ()) -> None:
        self.values = {value.key: value for value in values}

    async def get(self, key: str, now: int) -> StoredValue | None:
        return self._living(now).get(key)

    async def sizes(self, now: int) -> dict[str, int]:
        return {key: value.size for key, value in sorted(self._living(now).items())}

    async def ahead(self, now: int) -> int:
        return 0

    def keep(self, changes: Iterable[Change]) -> None:
        """What a call wrote, once it has ended well."""
        for change in changes:
            if change.value is None:
                self.values.pop(change.key, None)
            else:
                self.values[change.key] = change.value

    def _living(self, now: int) -> dict[str, StoredValue]:
        return {key: value for key, value in self.values.items() if value.expires_at is None or value.expires_at > now}
