"""How an answer leaves: JSON that nobody may cache."""

from collections.abc import Mapping, Sequence

import orjson
from starlette.responses import Response

from engine.model.json import JsonValue

HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache"}


def answer(
    body: Mapping[str, JsonValue] | Sequence[JsonValue], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(orjson.dumps(body), status, {**HEADERS, **(headers or {})})
