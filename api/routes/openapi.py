"""The description of everything offered, made at its first reading."""

from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from importlib.metadata import version
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.answers import HEADERS
from api.endpoint import Endpoint
from api.openapi import document


def described(endpoints: Sequence[Endpoint[Any]]) -> Callable[[Request], Awaitable[Response]]:
    @cache
    def written() -> bytes:
        return orjson.dumps(document(endpoints, version("hookcell")))

    async def serve(_: Request) -> Response:
        return Response(written(), headers=HEADERS)

    return serve
