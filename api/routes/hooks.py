"""`/hooks/:integrationId/:token`: where webhooks arrive. No login; the url is the secret.

The order of checks is the contract's: body size (before this), id and token, rate limit, posting user, enabled,
permission, body, script. The token stands in no log and no trace.
"""

import hmac

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.answers import answer
from api.engine import Engine
from api.ratelimit import RateLimit
from engine import incoming
from engine.errors import NotFound
from engine.model.hooks import HookRequest
from engine.model.integrations import IncomingIntegration, SavedIntegration
from engine.model.json import JsonObject
from engine.store.integrations import get_integration

UNKNOWN = "Invalid integration id or token provided."
RUN, DEPTH = "X-Hookcell-Run", "x-hookcell-depth"
MAX_DEPTH = 10


async def receive(request: Request) -> Response:
    engine: Engine = request.app.state.engine
    limits: RateLimit = request.app.state.rate_limit
    saved = await _integration(engine, request)
    address = request.client.host if request.client else ""
    allowance = limits.allow(saved.integration.id, address=address, method=request.method)
    if allowance.wait_seconds:
        return _too_many(allowance.wait_seconds, allowance.headers)
    done = await incoming.run(engine.incoming, saved, await _hook_request(request))
    return answer(done.body, done.status, {RUN: done.run, **allowance.headers})


async def _integration(engine: Engine, request: Request) -> SavedIntegration:
    """By id and token, compared in constant time. Raises NotFound, the same for a wrong id and a wrong token."""
    saved = await engine.store.read(get_integration, request.path_params["id"])
    token = request.path_params["token"].encode("utf-8", "replace")
    known = saved.integration.token if saved and isinstance(saved.integration, IncomingIntegration) else "-"
    if not hmac.compare_digest(known.encode(), token) or saved is None:
        raise NotFound(UNKNOWN)
    return saved


async def _hook_request(request: Request) -> HookRequest:
    raw_path = request.scope.get("raw_path") or request.url.path.encode()
    search = f"?{request.url.query}" if request.url.query else ""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    query: JsonObject = {}
    for key in request.query_params:
        values = request.query_params.getlist(key)
        query[key] = values[0] if len(values) == 1 else [*values]
    depth = headers.get(DEPTH, "")
    return HookRequest(
        method=request.method,
        target=raw_path.decode("ascii", "replace") + search,
        pathname=request.url.path,
        search=search,
        query=query,
        headers=headers,
        raw=await request.body(),
        token=request.path_params["token"],
        user_segment=request.path_params.get("user"),
        depth=min(int(depth), MAX_DEPTH) if depth.isascii() and depth.isdecimal() and len(depth) < 4 else 0,
    )


def _too_many(seconds: int, headers: dict[str, str]) -> Response:
    error = (
        "Error, too many requests. Please slow down. "
        f"You must wait {seconds} seconds before trying this endpoint again. [error-too-many-requests]"
    )
    return answer({"success": False, "error": error}, 429, {"Retry-After": str(seconds), **headers})


ROUTES: tuple[BaseRoute, ...] = (
    Route("/hooks/{id}/{token}", receive, methods=["GET", "POST"]),
    Route("/hooks/{id}/{user}/{token}", receive, methods=["GET", "POST"]),
)
