"""store: what scripts of one integration keep between calls.

A run's writes are its own until its outcome is committed: it sees them at once, nobody else does, and they go with a
run that fails. A key is written by one run at a time (`writers.py`), so what a verb answers is true; reading waits for
nobody. When a value's time has come is told by one clock, also where several machines share the database.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from engine.json_text import json_text, json_value
from engine.model.json import JsonObject, JsonValue
from engine.model.values import MAX_BYTES, MAX_KEY, MAX_KEYS, MAX_VALUE, Change, StoredValue
from engine.scripts import ServiceError
from engine.services.arguments import Arguments, shown, wrong_type, wrong_value
from engine.services.locks import Deadlock
from engine.services.writers import Holder, Values, Writers

if TYPE_CHECKING:
    from sqlalchemy import Connection

MAX_KEPT = 100_000
MAX_TTL = 10 * 366 * 86_400
MAX_DIGITS = 2**63


@dataclass(frozen=True, slots=True)
class Written:
    """What a run had written at a time, whatever becomes of the run after it."""

    writers: Writers
    holder: Holder
    changes: tuple[Change, ...]
    now: int

    def commit(self, connection: "Connection") -> None:
        """A store function, in the transaction that the outcome is committed by."""
        if self.changes:
            # an author's tools, which have no database, load none
            from engine.store.values import write_values

            self.writers.commit(connection, self.holder, frozenset(change.key for change in self.changes))
            write_values(connection, self.holder.integration_id, self.changes, self.now)


class StoreService:
    """Of one run. `clock` is this process's; `seconds_left` bounds how long a write waits for its key."""

    def __init__(
        self,
        integration_id: str,
        values: Values,
        writers: Writers,
        clock: Callable[[], int],
        seconds_left: Callable[[], float],
    ) -> None:
        self._holder = Holder(integration_id, seconds_left)
        self._values = values
        self._writers = writers
        self._clock = clock
        self._ahead: int | None = None
        self._before: dict[str, StoredValue | None] = {}
        self._after: dict[str, StoredValue | None] = {}
        self.reads = 0
        self.writes = 0

    async def ask(self, verb: str, values: JsonObject) -> JsonValue:
        arguments = Arguments(f"store.{verb}", values)
        try:
            async with asyncio.timeout(max(0.0, self._holder.seconds_left())):
                if self._ahead is None:
                    self._ahead = await self._values.ahead(self._clock())
                return await self._do(verb, arguments)
        except TimeoutError:
            raise ServiceError("RuntimeError", f"{arguments.call}(): another call held the key for too long") from None

    def written(self) -> Written:
        changes = tuple(Change(key, value) for key, value in self._after.items())
        return Written(self._writers, self._holder, changes, self._now())

    def end(self) -> None:
        """Forgets what was written, and lets others write: it is committed by now, or not to be."""
        self._after.clear()
        self._before.clear()
        self._writers.end(self._holder)

    def _now(self) -> int:
        return self._clock() + (self._ahead or 0)

    async def _do(self, verb: str, arguments: Arguments) -> JsonValue:
        match verb:
            case "get":
                return _found(await self._read(_key(arguments)))
            case "keys":
                return await self._keys(arguments.text("prefix"))
            case "set":
                await self._set(arguments)
                return None
            case "delete":
                await self._hold(_key(arguments))
                self._put(_key(arguments), None)
                return None
            case "add":
                return await self._add(arguments)
            case "append":
                return await self._append(arguments)
            case "pop":
                return await self._pop(arguments)
            case "swap":
                return await self._swap(arguments)
            case _:
                raise wrong_value(f"there is no store.{verb[:40]}")

    async def _read(self, key: str) -> StoredValue | None:
        self.reads += 1
        if key in self._after:
            return self._alive(self._after[key])
        return await self._values.get(key, self._now())

    async def _keys(self, prefix: str) -> JsonValue:
        self.reads += 1
        found = set(await self._values.sizes(self._now()))
        for key, value in self._after.items():
            (found.discard if self._alive(value) is None else found.add)(key)
        return [*sorted(key for key in found if key.startswith(prefix))]

    async def _set(self, arguments: Arguments) -> None:
        key, ttl = _key(arguments), arguments.values.get("ttl")
        expires_at = None
        if ttl is not None:
            seconds = arguments.number("ttl")
            if not 0 < seconds <= MAX_TTL:
                raise wrong_value("store.set(): ttl is seconds, more than 0 and at most ten years")
            expires_at = self._now() + round(seconds * 1000)
        await self._hold(key)
        await self._write(key, arguments.values.get("value"), expires_at)

    async def _add(self, arguments: Arguments) -> JsonValue:
        key, number = _key(arguments), arguments.number("number")
        before = await self._hold(key)
        value = 0 if before is None else json_value(before.text)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong_type(f"store.add(): {key!r} holds {shown(_json(before))}, which is no number")
        total = value + number
        if not -MAX_DIGITS <= total < MAX_DIGITS:
            raise wrong_value(f"store.add(): {key!r} would go beyond 64 bits")
        await self._write(key, total, None if before is None else before.expires_at)
        return total

    async def _append(self, arguments: Arguments) -> JsonValue:
        key, keep = _key(arguments), arguments.number("keep")
        if not isinstance(keep, int) or not 0 < keep <= MAX_KEPT:
            raise wrong_value(f"store.append(): keep is a whole number from 1 to {MAX_KEPT}")
        before = await self._hold(key)
        items = [] if before is None else _json(before)
        if not isinstance(items, list):
            raise wrong_type(f"store.append(): {key!r} holds {shown(items)}, not a list")
        items = [*items, arguments.values.get("value")][-keep:]
        await self._write(key, items, None if before is None else before.expires_at)
        return len(items)

    async def _pop(self, arguments: Arguments) -> JsonValue:
        key = _key(arguments)
        before = await self._hold(key)
        self._put(key, None)
        return _found(before)

    async def _swap(self, arguments: Arguments) -> JsonValue:
        key = _key(arguments)
        before = await self._hold(key)
        if not same(None if before is None else _json(before), arguments.values.get("old")):
            return False
        await self._write(key, arguments.values.get("new"), None if before is None else before.expires_at)
        return True

    async def _hold(self, key: str) -> StoredValue | None:
        """The value as nobody else can change it from here."""
        self.writes += 1
        try:
            await self._writers.take(self._holder, key)
        except Deadlock:
            message = f"{key!r} is held by a call that waits for this one; let all calls write their keys in one order"
            raise ServiceError("RuntimeError", message) from None
        if key not in self._before:
            self._before[key] = await self._values.get(key, self._now())
        return self._alive(self._after[key] if key in self._after else self._before[key])

    async def _write(self, key: str, value: JsonValue, expires_at: int | None) -> None:
        try:
            text = json_text(value)
        except (ValueError, RecursionError):
            raise wrong_value("the value has no JSON form") from None
        if len(text.encode()) > MAX_VALUE:
            raise _full(
                f"a value has at most {MAX_VALUE // 1024} KiB; this one of {key!r} has {len(text.encode()):,} bytes"
            )
        new = StoredValue(key, text, expires_at, self._now())
        after = {each: None if value is None else value.size for each, value in self._after.items()}
        limit = await self._writers.reserve(self._holder, {**after, key: new.size}, self._values, self._now())
        if limit == "keys":
            raise _full(f"an integration has at most {MAX_KEYS} keys; delete some, or give them a ttl")
        if limit == "bytes":
            raise _full(f"an integration keeps at most {MAX_BYTES // 1024} KiB in all; delete some, or give them a ttl")
        self._put(key, new)

    def _put(self, key: str, value: StoredValue | None) -> None:
        self._after[key] = value

    def _alive(self, value: StoredValue | None) -> StoredValue | None:
        outdated = value is not None and value.expires_at is not None and value.expires_at <= self._now()
        return None if outdated else value


def same(left: JsonValue, right: JsonValue) -> bool:
    """Equal as JSON: true is not 1, but 1 is 1.0."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(*pair) for pair in zip(left, right, strict=True))
    return isinstance(left, bool) is isinstance(right, bool) and left == right


def _key(arguments: Arguments) -> str:
    key = arguments.text("key")
    if not 0 < len(key.encode(errors="replace")) <= MAX_KEY or not _is_plain(key):
        raise wrong_value(f"{arguments.call}(): a key is text of 1 to {MAX_KEY} bytes, without NUL")
    return key


def _is_plain(key: str) -> bool:
    return "\0" not in key and not any("\ud800" <= char <= "\udfff" for char in key)


def _json(value: StoredValue | None) -> JsonValue:
    return None if value is None else cast(JsonValue, json_value(value.text))


def _found(value: StoredValue | None) -> JsonObject:
    return {"found": value is not None, "value": _json(value)}


def _full(message: str) -> ServiceError:
    return ServiceError("store.Full", message)
