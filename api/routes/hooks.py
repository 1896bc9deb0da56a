"""`/hooks/:integrationId/:token`: where webhooks arrive. No login; the url is the secret.

The order of checks is the contract's: body size (before this), id and token, rate limit, posting user, enabled,
permission, body, script. The token stands in no log and no trace. What else hangs on a hook's url (`sample`, `info`,
`add`, `remove`) passes the first of these checks and is no run.
"""

import hmac
from collections.abc import Awaitable, Callable, Iterable

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.answers import answer
from api.auth import client_address
from api.engine import Engine
from api.errors import error_answer
from api.ratelimit import RateLimit
from api.routes import hook_commands
from api.routes.hook_commands import Hook
from engine import incoming
from engine.errors import HookcellError, NotFound
from engine.hook_requests import depth_of, query_of
from engine.model.hooks import HookRequest
from engine.model.integrations import IncomingIntegration
from engine.store.integrations import get_integration

UNKNOWN = "Invalid integration id or token provided."
RUN = "X-Hookcell-Run"

Handler = Callable[[Hook], Awaitable[Response]]

log = structlog.stdlib.get_logger("hookcell.api")


async def receive(hook: Hook) -> Response:
    done = await incoming.run(hook.engine.incoming, hook.saved, await _hook_request(hook.request))
    return answer(done.body, done.status, {RUN: done.run})


def guarded(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The handler, for a known hook that is not called too often; every answer says how often it may be called."""

    async def serve(request: Request) -> Response:
        hook = await _known(request)
        limits: RateLimit = request.app.state.rate_limit
        said = await hook.engine.workspace.settings.current()
        window = None if said.rate_limit_ms is None else said.rate_limit_ms / 1000
        limits.configure(enabled=said.rate_limiter, calls=said.rate_limit_calls, seconds=window)
        form = f"{handler.__name__} {'user' in request.path_params}"
        allowance = limits.allow(hook.integration.id, address=client_address(request), form=form, method=request.method)
        if allowance.wait_seconds:
            return _too_many(allowance.wait_seconds, allowance.headers)
        try:
            response = await handler(hook)
        except HookcellError as error:
            response = error_answer(error, request.url.path)
        response.headers.update(allowance.headers)
        return response

    return serve


async def _known(request: Request) -> Hook:
    """By id and token, compared in constant time. Raises NotFound, the same for a wrong id and a wrong token."""
    engine: Engine = request.app.state.engine
    saved = await engine.store.read(get_integration, request.path_params["id"])
    token = request.path_params["token"].encode("utf-8", "replace")
    found = saved.integration if saved and isinstance(saved.integration, IncomingIntegration) else None
    if not hmac.compare_digest((found.token if found else "-").encode(), token) or found is None or saved is None:
        if found is not None:
            log.warning("hook called with a wrong token", integration=found.id, client=client_address(request))
        raise NotFound(UNKNOWN)
    return Hook(request, engine, saved, found)


async def _hook_request(request: Request) -> HookRequest:
    raw_path = request.scope.get("raw_path") or request.url.path.encode()
    search = f"?{request.url.query}" if request.url.query else ""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return HookRequest(
        method=request.method,
        target=raw_path.decode("ascii", "replace") + search,
        pathname=request.url.path,
        search=search,
        query=query_of(request.query_params.multi_items()),
        headers=headers,
        raw=await request.body(),
        token=request.path_params["token"],
        user_segment=request.path_params.get("user"),
        depth=depth_of(headers),
    )


def _too_many(seconds: int, headers: dict[str, str]) -> Response:
    error = (
        "Error, too many requests. Please slow down. "
        f"You must wait {seconds} seconds before trying this endpoint again. [error-too-many-requests]"
    )
    return answer({"success": False, "error": error}, 429, {"Retry-After": str(seconds), **headers})


def _routes(prefix: str, handler: Handler, *methods: str) -> Iterable[Route]:
    """The short url and the older one, whose user nobody checks. A HEAD would be a call, so there is none."""
    for path in (f"{prefix}/{{id}}/{{token}}", f"{prefix}/{{id}}/{{user}}/{{token}}"):
        route = Route(path, guarded(handler), methods=list(methods))
        route.methods = set(methods)
        yield route


ROUTES: tuple[BaseRoute, ...] = (
    *_routes("/hooks/sample", hook_commands.sample, "GET"),
    *_routes("/hooks/info", hook_commands.info, "GET"),
    *_routes("/hooks/add", hook_commands.add, "POST"),
    *_routes("/hooks/remove", hook_commands.remove, "POST"),
    *_routes("/hooks", receive, "GET", "POST"),
)
