"""Reads what a cell asked: nothing about it is trusted, and what is wrong is said in the author's words."""

import math
from dataclasses import dataclass

from engine.model.json import JsonObject, JsonValue
from engine.scripts import ServiceError


def wrong_type(message: str) -> ServiceError:
    return ServiceError("TypeError", message)


def wrong_value(message: str) -> ServiceError:
    return ServiceError("ValueError", message)


@dataclass(frozen=True, slots=True)
class Arguments:
    """`call` is how the author wrote it, as in store.add."""

    call: str
    values: JsonObject

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if not isinstance(value, str):
            raise wrong_type(f"{self.call}(): {name} must be text, not {shown(value)}")
        return value

    def number(self, name: str) -> int | float:
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise wrong_type(f"{self.call}(): {name} must be a number, not {shown(value)}")
        return value

    def pairs(self, name: str, *, lists: bool = False) -> tuple[tuple[str, str], ...]:
        """Of a dict of texts and numbers; with `lists`, a key may have several."""
        value = self.values.get(name)
        if value is None:
            return ()
        if not isinstance(value, dict):
            raise wrong_type(f"{self.call}(): {name} must be a dict, not {shown(value)}")
        pairs: list[tuple[str, str]] = []
        for key, item in value.items():
            for one in item if lists and isinstance(item, list) else [item]:
                if not isinstance(one, str | int | float):
                    raise wrong_type(f"{self.call}(): {name}[{key!r}] must be text or a number, not {shown(one)}")
                pairs.append((key, str(one).lower() if isinstance(one, bool) else str(one)))
        return tuple(pairs)


def shown(value: JsonValue) -> str:
    match value:
        case None:
            return "None"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "a dict"
        case bool():
            return str(value)
        case _:
            return f"the number {value}"[:60]
