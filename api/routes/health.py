"""Whether the process lives, and whether it takes work. What it is made of is nobody's business."""

from starlette.requests import Request
from starlette.responses import Response

from api.answers import answer
from api.engine import Engine


async def health(request: Request) -> Response:
    engine: Engine = request.app.state.engine
    return answer({"status": "ok", "sandbox": "full" if engine.sandbox_is_full else "weak"})


async def ready(request: Request) -> Response:
    engine: Engine = request.app.state.engine
    if await engine.can_serve():
        return answer({"status": "ready"})
    return answer({"status": "not ready"}, 503, {"Retry-After": "1"})
