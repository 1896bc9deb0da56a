"""The server as one callable, and everything it offers as one list."""

from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.bodies import BodyLimits
from api.edge import Edge
from api.endpoint import Endpoint, body, get, post, put, query, raw_body
from api.engine import Engine
from api.errors import http_error_answer
from api.integration_schemas import (
    ChannelIntegrationsQuery,
    GroupIntegrationsQuery,
    IntegrationBody,
    IntegrationQuery,
    IntegrationsQuery,
)
from api.ratelimit import RateLimit
from api.routes import accounts, chat, health, history, hooks, integrations, room_integrations, rooms
from api.schemas import (
    DirectBody,
    DirectMessagesQuery,
    LoginBody,
    Nothing,
    RoomBody,
    RoomMessagesQuery,
    UsersCreateBody,
)
from engine.integrations import PERMISSIONS as MANAGING

# under /api/v1
ENDPOINTS: tuple[Endpoint[Any], ...] = (
    post("login", accounts.login, body(LoginBody), login=False),
    get("me", accounts.me, query(Nothing)),
    post("users.create", accounts.users_create, body(UsersCreateBody)),
    post("channels.create", rooms.channels_create, body(RoomBody), permissions=("create-c",)),
    get("channels.messages", rooms.channels_messages, query(RoomMessagesQuery), permissions=("view-c-room",)),
    post("groups.create", rooms.groups_create, body(RoomBody), permissions=("create-p",)),
    get("groups.messages", rooms.groups_messages, query(RoomMessagesQuery)),
    post("im.create", rooms.im_create, body(DirectBody), permissions=("create-d",)),
    get("im.messages", rooms.im_messages, query(DirectMessagesQuery)),
    post("chat.postMessage", chat.post_message, raw_body),
    post("integrations.create", integrations.create, raw_body),
    get("integrations.get", integrations.get, query(IntegrationQuery)),
    get("integrations.list", integrations.list_visible, query(IntegrationsQuery), permissions=MANAGING),
    put("integrations.update", integrations.update, raw_body),
    post("integrations.rotateToken", integrations.rotate_token, body(IntegrationBody)),
    get(
        "channels.getIntegrations",
        room_integrations.of_channel,
        query(ChannelIntegrationsQuery),
        permissions=MANAGING,
    ),
    get("groups.getIntegrations", room_integrations.of_group, query(GroupIntegrationsQuery), permissions=MANAGING),
    post("integrations.remove", integrations.remove, raw_body, permissions=MANAGING),
    get("integrations.history", history.integrations_history, query(history.HistoryQuery), permissions=MANAGING),
)

ROUTES: tuple[BaseRoute, ...] = (
    *(endpoint.route() for endpoint in ENDPOINTS),
    *hooks.ROUTES,
    Route("/health", health.health, methods=["GET"]),
    Route("/health/ready", health.ready, methods=["GET"]),
)


def create_app(engine: Engine) -> Starlette:
    """Its requests may only come in while the engine runs."""
    app = Starlette(
        routes=ROUTES,
        middleware=[
            Middleware(Edge),
            Middleware(ProxyHeadersMiddleware, trusted_hosts=list(engine.settings.trusted_proxies)),
            Middleware(BodyLimits, settings=engine.settings),
        ],
        exception_handlers={HTTPException: http_error_answer},
    )
    # a redirect would say where to go in the words of the request's Host
    app.router.redirect_slashes = False
    app.state.engine = engine
    app.state.rate_limit = RateLimit(engine.settings)
    return app
