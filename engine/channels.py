"""The channel syntax: what `#general`, `@rocket.cat`, `all_public_channels` and a bare name mean. Read here only.

An integration's `channel` is CSV text (or a list) of targets with a prefix, in their order, repeated ones kept. A
message's destinations are single targets; there a bare name is a room or a user's id, and `all_*` is a name like any
other. Everything is case-sensitive except the original's look at the prefix of `all_*`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.errors import CodedError
from engine.model.json import JsonObject

ALL_PUBLIC: Literal["all_public_channels"] = "all_public_channels"
ALL_PRIVATE: Literal["all_private_groups"] = "all_private_groups"
ALL_DIRECT: Literal["all_direct_messages"] = "all_direct_messages"
MAX_TARGETS = 500

Kind: TypeAlias = Literal["room", "user", "bare", "all_public_channels", "all_private_groups", "all_direct_messages"]

_GROUPS: dict[str, Kind] = {ALL_PUBLIC: ALL_PUBLIC, ALL_PRIVATE: ALL_PRIVATE, ALL_DIRECT: ALL_DIRECT}
_PREFIXES: dict[str, Kind] = {"#": "room", "@": "user"}


@dataclass(frozen=True, slots=True)
class Target:
    """`name` is without the prefix: a room's or user's name or id; of a bare target and an `all_*` the whole text."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        prefix = {"room": "#", "user": "@"}.get(self.kind, "")
        return prefix + self.name


def target(text: str) -> Target:
    """What one item means; in a configuration a bare one is a room that does not exist."""
    kind = _PREFIXES.get(text[:1])
    if kind is not None:
        return Target(kind, text[1:])
    return Target(_GROUPS.get(text, "bare"), text)


def incoming_targets(
    channel: str | Sequence[str], *, strict: bool = False, details: JsonObject | None = None
) -> tuple[Target, ...]:
    """Where an incoming integration posts; `strict` refuses `all_*`, an empty item is always refused.

    Raises CodedError `error-invalid-channel` for nothing at all or too much, else
    `error-invalid-channel-start-with-chars`; `details` go into the error.
    """
    items = _items(channel)
    if items in ([], [""]):
        raise CodedError("error-invalid-channel", "Invalid channel", details)
    return _checked(items, groups=not strict, details=details)


def outgoing_targets(channel: str | Sequence[str], *, details: JsonObject | None = None) -> tuple[Target, ...]:
    """What an outgoing integration hears; empty items are left out. Raises as `incoming_targets`."""
    items = [item for item in _items(channel) if item]
    if not items:
        raise CodedError("error-invalid-channel", "Invalid Channel", details)
    return _checked(items, groups=True, details=details)


def _items(channel: str | Sequence[str]) -> list[str]:
    return [item.strip() for item in (channel.split(",") if isinstance(channel, str) else channel)]


def _checked(items: list[str], *, groups: bool, details: JsonObject | None) -> tuple[Target, ...]:
    if len(items) > MAX_TARGETS:
        reason = f"Invalid channel: {len(items)} of them, at most {MAX_TARGETS}"
        raise CodedError("error-invalid-channel", reason, details)
    for item in items:
        # Upper and lower case do not count for the prefix, and for nothing after it.
        if item[:1] not in _PREFIXES and not (groups and item.lower() in _GROUPS):
            raise CodedError("error-invalid-channel-start-with-chars", "Invalid channel. Start with @ or #", details)
    return tuple(target(item) for item in items)
