"""Scripts as the engine passes them: one to be called, and what saving one found."""

from dataclasses import dataclass

from engine.model.json import JsonObject


@dataclass(frozen=True, slots=True)
class Script:
    """One revision's script, ready to be called; `hooks` are those it defines."""

    integration_id: str
    revision: int
    source: str
    hooks: tuple[str, ...]
    # a cell of its own for every call (`hookcell.isolation: per-call`)
    once: bool = False
    # typed line by line: its module sees the request, and a hook may be defined again
    session: bool = False


@dataclass(frozen=True, slots=True)
class SavedScript:
    """What saving found: code under `key` with its label, or `error`, Rocket.Chat's `scriptError`."""

    key: str
    code: bytes | None
    hooks: tuple[str, ...]
    label: str | None
    error: JsonObject | None
