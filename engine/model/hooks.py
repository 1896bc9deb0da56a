"""A webhook as it arrived, and what its sender gets back."""

from dataclasses import dataclass

from engine.model.json import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class Replayed:
    """Somebody runs a stored request again: the run it is of, what history had masked in it, whether it may post."""

    of: str
    masked: tuple[str, ...]
    post: bool


@dataclass(frozen=True, slots=True)
class HookRequest:
    """`target` is the request target as received, `headers` have lower-case names, repeated ones joined with ", ".

    `user_segment` is the user id of the legacy url, which nobody checks. `depth` is how many integrations, by
    X-Hookcell-Depth, led to this request.
    """

    method: str
    target: str
    pathname: str
    search: str
    query: JsonObject
    headers: dict[str, str]
    raw: bytes
    token: str
    user_segment: str | None = None
    depth: int = 0
    replayed: Replayed | None = None

    @property
    def content_type(self) -> str:
        """Without its parameters; of one that was sent twice the first."""
        return self.headers.get("content-type", "").partition(",")[0].partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        kind = self.content_type
        return kind == "application/json" or kind.endswith("+json")


@dataclass(frozen=True, slots=True)
class HookContent:
    """What the body says. `parse`: that is left to a script's cell, and `value` says nothing.

    `why` is why it counts as empty, where that is known here.
    """

    value: JsonValue
    parse: bool = False
    why: str | None = None


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """`run` names the trace: X-Hookcell-Run."""

    status: int
    body: JsonObject
    run: str
