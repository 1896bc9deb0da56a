"""One endpoint of the API: what is checked before its handler runs, in Rocket.Chat's order.

Login, then the permissions of the route (any one of them is enough), then the parameters, then the handler. A handler
takes a Call and gives the answer's fields, to which `success` is added, or a whole Response.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer
from api.auth import logged_in
from api.bodies import read_object
from api.engine import Engine
from engine.errors import Forbidden
from engine.model.json import JsonObject
from engine.model.messages import User
from engine.params import Params, read_body, read_query
from engine.workspace.settings import Values

P = TypeVar("P")
ShapeT = TypeVar("ShapeT", bound=Params)

PREFIX = "/api/v1/"


@dataclass(frozen=True, slots=True)
class Call(Generic[P]):
    request: Request
    engine: Engine
    params: P
    caller: User | None
    settings: Values

    @property
    def user(self) -> User:
        """Of an endpoint that asks for a login."""
        assert self.caller is not None
        return self.caller


@dataclass(frozen=True, slots=True)
class Reader(Generic[P]):
    """Where an endpoint's parameters come from and what makes them: raises InvalidParams."""

    source: Literal["body", "query"]
    read: Callable[[JsonObject], P]
    shape: type[Params] | None = None


def body(shape: type[ShapeT]) -> Reader[ShapeT]:
    return Reader("body", lambda raw: read_body(raw, shape), shape)


def query(shape: type[ShapeT]) -> Reader[ShapeT]:
    return Reader("query", lambda raw: read_query(raw, shape), shape)


# parameters that the engine reads itself
raw_body: Reader[JsonObject] = Reader("body", lambda raw: raw)
raw_query: Reader[JsonObject] = Reader("query", lambda raw: raw)

Handler = Callable[[Call[P]], Awaitable[JsonObject | Response]]


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[P]):
    method: Literal["GET", "POST", "PUT"]
    name: str
    handler: Handler[P]
    params: Reader[P]
    permissions: tuple[str, ...] = ()
    login: bool = True
    # with HOOKCELL_STRICT_COMPAT, where the original asks for others
    strict_permissions: tuple[str, ...] = ()

    def route(self) -> Route:
        return Route(PREFIX + self.name, self.serve, methods=[self.method])

    async def serve(self, request: Request) -> Response:
        engine: Engine = request.app.state.engine
        caller = await logged_in(request, engine.workspace) if self.login else None
        if self.permissions:
            await self._check_permissions(engine, caller)
        raw = await read_object(request) if self.params.source == "body" else _query_of(request)
        settings = await engine.workspace.settings.current()
        answered = await self.handler(Call(request, engine, self.params.read(raw), caller, settings))
        return answered if isinstance(answered, Response) else answer({**answered, "success": True})

    async def _check_permissions(self, engine: Engine, caller: User | None) -> None:
        assert caller is not None
        strict = engine.settings.strict_compat and self.strict_permissions
        for permission in self.strict_permissions if strict else self.permissions:
            if await engine.workspace.has_permission(caller, permission):
                return
        raise Forbidden


def get(
    name: str,
    handler: Handler[P],
    params: Reader[P],
    *,
    permissions: tuple[str, ...] = (),
    login: bool = True,
    strict_permissions: tuple[str, ...] = (),
) -> Endpoint[P]:
    return Endpoint("GET", name, handler, params, permissions, login, strict_permissions)


def post(
    name: str, handler: Handler[P], params: Reader[P], *, permissions: tuple[str, ...] = (), login: bool = True
) -> Endpoint[P]:
    return Endpoint("POST", name, handler, params, permissions, login)


def put(name: str, handler: Handler[P], params: Reader[P], *, permissions: tuple[str, ...] = ()) -> Endpoint[P]:
    return Endpoint("PUT", name, handler, params, permissions)


def _query_of(request: Request) -> JsonObject:
    """A key that repeats is a list."""
    found: JsonObject = {}
    for key in request.query_params:
        values = request.query_params.getlist(key)
        found[key] = values[0] if len(values) == 1 else [*values]
    return found
