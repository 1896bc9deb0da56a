"""How an answer leaves: JSON that nobody may cache."""

from collections.abc import Mapping, Sequence

import orjson
from starlette.responses import Response

from engine.model.json import JsonValue
from engine.store.connections import json_text

HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache"}


def answer(
    body: Mapping[str, JsonValue] | Sequence[JsonValue], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    try:
        data = orjson.dumps(body)
    except TypeError:
        # whatever was stored once can be shown
        data = json_text(body).encode()
    return Response(data, status, {**HEADERS, **(headers or {})})
