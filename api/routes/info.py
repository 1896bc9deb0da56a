"""The version of Rocket.Chat whose clients are at home here: what they choose their calls by."""

from starlette.requests import Request
from starlette.responses import Response

from api.answers import answer

VERSION = "7.8.0"


async def info(_: Request) -> Response:
    return answer({"version": VERSION.rpartition(".")[0], "info": {"version": VERSION}, "success": True})
