"""The steps of one run, a value: only a journey appends to it, and history shows it."""

import time
from dataclasses import dataclass

from engine.model.json import JsonObject, JsonValue

# the step of a run that ended in a way it never should
UNEXPECTED = "unexpected-error"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def defect(error: Exception) -> str:
    """What history says of a defect of ours: what is in its message is for the log."""
    return f"The server failed here ({type(error).__name__}); its log says how."


@dataclass(frozen=True, slots=True)
class Step:
    """`name` is Rocket.Chat's where it has one; `at` is milliseconds since the epoch; `detail` is ready for JSON."""

    name: str
    at: int
    detail: JsonObject


@dataclass(frozen=True, slots=True)
class Trace:
    id: str
    steps: tuple[Step, ...] = ()

    def then(self, name: str, **detail: JsonValue) -> "Trace":
        return Trace(self.id, (*self.steps, Step(name, now_ms(), detail)))

    @property
    def last(self) -> str:
        return self.steps[-1].name if self.steps else ""

    def to_json(self) -> list[JsonValue]:
        return [{"name": step.name, "at": step.at, "detail": step.detail} for step in self.steps]

    @classmethod
    def from_json(cls, id: str, steps: list[JsonValue]) -> "Trace":
        read = []
        for step in steps:
            assert isinstance(step, dict)
            name, at, detail = step["name"], step["at"], step["detail"]
            assert isinstance(name, str) and isinstance(at, int) and isinstance(detail, dict)
            read.append(Step(name, at, detail))
        return cls(id, tuple(read))
