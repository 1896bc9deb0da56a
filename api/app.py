"""The server as one callable, and everything it offers as one list."""

from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.bodies import BodyLimits
from api.chat_schemas import DeleteBody, MediaBody, MessageQuery, SendBody, UpdateBody
from api.delivery_schemas import DeliveriesBody, DeliveriesQuery, DeliveryBody
from api.edge import Edge
from api.endpoint import Endpoint, body, get, post, put, query, raw_body
from api.engine import Engine
from api.errors import http_error_answer
from api.event_schemas import ExplainQuery
from api.integration_schemas import (
    ChannelIntegrationsQuery,
    GroupIntegrationsQuery,
    IntegrationBody,
    IntegrationQuery,
    IntegrationsQuery,
    ReplayBody,
    ReplayIncomingBody,
    RunQuery,
    RunsQuery,
)
from api.ratelimit import RateLimit
from api.room_schemas import (
    DirectBody,
    DirectMessagesQuery,
    HistoryQuery,
    MembersQuery,
    PeopleBody,
    RenameBody,
    RoomBody,
    RoomId,
    RoomMessagesQuery,
    RoomRef,
    RoomsQuery,
)
from api.routes import (
    accounts,
    chat,
    deliveries,
    events,
    health,
    history,
    hooks,
    info,
    integrations,
    openapi,
    permissions,
    room_integrations,
    rooms,
    services,
    settings,
    uploads,
    users,
)
from api.routes.rooms import channels, groups
from api.schemas import LoginBody, Nothing
from api.service_schemas import ClearStoreBody, SecretBody, SecretRef, SecretsQuery, StoreQuery
from api.user_schemas import (
    PermissionsQuery,
    PermissionsUpdateBody,
    SettingBody,
    UserRef,
    UsersCreateBody,
    UsersQuery,
    UsersRegisterBody,
    UsersUpdateBody,
)
from engine.emitted import EmittedEvent
from engine.integrations import OUTGOING_PERMISSIONS as MANAGING_OUTGOING
from engine.integrations import PERMISSIONS as MANAGING

# under /api/v1
ENDPOINTS: tuple[Endpoint[Any], ...] = (
    post("login", accounts.login, body(LoginBody), login=False),
    post("logout", accounts.logout, query(Nothing)),
    get("me", accounts.me, query(Nothing)),
    post("users.create", users.create, body(UsersCreateBody)),
    post("users.register", users.register, body(UsersRegisterBody), login=False),
    get("users.info", users.info, query(UserRef)),
    get("users.list", users.listed, query(UsersQuery), permissions=("view-d-room",)),
    post("users.update", users.update, body(UsersUpdateBody)),
    post("users.delete", users.delete, body(UserRef), permissions=("delete-user",)),
    get("permissions.listAll", permissions.list_all, query(PermissionsQuery)),
    post("permissions.update", permissions.update, body(PermissionsUpdateBody), permissions=("access-permissions",)),
    get("settings", settings.listed, query(UsersQuery)),
    get("settings/{id}", settings.get, query(Nothing), permissions=("view-privileged-setting",)),
    post("settings/{id}", settings.update, body(SettingBody), permissions=("edit-privileged-setting",)),
    post("channels.create", channels.create, body(RoomBody), permissions=("create-c",)),
    get("channels.info", channels.info, query(RoomRef)),
    get("channels.list", channels.listed, query(RoomsQuery), permissions=("view-c-room",)),
    get("channels.messages", channels.messages, query(RoomMessagesQuery), permissions=("view-c-room",)),
    get("channels.history", channels.history, query(HistoryQuery)),
    get("channels.members", channels.members, query(MembersQuery)),
    post("channels.invite", channels.invite, body(PeopleBody)),
    post("channels.kick", channels.kick, body(PeopleBody)),
    post("channels.join", channels.join, body(RoomRef)),
    post("channels.leave", channels.leave, body(RoomRef)),
    post("channels.archive", channels.archive, body(RoomRef)),
    post("channels.unarchive", channels.unarchive, body(RoomRef)),
    post("channels.rename", channels.rename, body(RenameBody)),
    post("channels.delete", channels.delete, body(RoomRef)),
    post("groups.create", groups.create, body(RoomBody), permissions=("create-p",)),
    get("groups.info", groups.info, query(RoomRef)),
    get("groups.list", groups.listed, query(RoomsQuery)),
    get("groups.messages", groups.messages, query(RoomMessagesQuery)),
    get("groups.history", groups.history, query(HistoryQuery)),
    get("groups.members", groups.members, query(MembersQuery)),
    post("groups.invite", groups.invite, body(PeopleBody)),
    post("groups.kick", groups.kick, body(PeopleBody)),
    post("groups.leave", groups.leave, body(RoomRef)),
    post("groups.archive", groups.archive, body(RoomRef)),
    post("groups.unarchive", groups.unarchive, body(RoomRef)),
    post("groups.rename", groups.rename, body(RenameBody)),
    post("groups.delete", groups.delete, body(RoomRef)),
    post("im.create", rooms.im_create, body(DirectBody), permissions=("create-d",)),
    get("im.list", rooms.im_list, query(RoomsQuery)),
    get("im.messages", rooms.im_messages, query(DirectMessagesQuery)),
    get("rooms.info", rooms.info, query(RoomRef)),
    post("rooms.delete", rooms.delete, body(RoomId)),
    post("rooms.upload/{room}", uploads.upload, query(Nothing)),
    post("rooms.media/{room}", uploads.media, query(Nothing)),
    post("rooms.mediaConfirm/{room}/{file}", uploads.confirm, body(MediaBody)),
    post("chat.postMessage", chat.post_message, raw_body),
    post("chat.sendMessage", chat.send_message, body(SendBody)),
    get("chat.getMessage", chat.get_message, query(MessageQuery)),
    post("chat.update", chat.update, body(UpdateBody)),
    post("chat.delete", chat.delete, body(DeleteBody)),
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
    get(
        "integrations.history",
        history.integrations_history,
        query(RunsQuery),
        permissions=MANAGING,
        strict_permissions=MANAGING_OUTGOING,
    ),
    get("integrations.run", history.integrations_run, query(RunQuery), permissions=MANAGING),
    post("integrations.clearHistory", history.clear, body(IntegrationBody)),
    post("integrations.replayOutgoing", history.replay_outgoing, body(ReplayBody)),
    post("integrations.replayIncoming", history.replay_incoming, body(ReplayIncomingBody)),
    post("integrations.setSecret", services.set_secret, body(SecretBody), permissions=MANAGING),
    get("integrations.listSecrets", services.list_secrets, query(SecretsQuery), permissions=MANAGING),
    post("integrations.emit", events.emit, body(EmittedEvent), permissions=("emit-events",)),
    get("integrations.explain", events.explain, query(ExplainQuery), permissions=MANAGING),
    post("integrations.removeSecret", services.remove_secret, body(SecretRef), permissions=MANAGING),
    get("integrations.store", services.list_stored, query(StoreQuery), permissions=MANAGING),
    post("integrations.store.clear", services.clear_stored, body(ClearStoreBody), permissions=MANAGING),
    get("integrations.deliveries", deliveries.listed, query(DeliveriesQuery), permissions=MANAGING_OUTGOING),
    post("integrations.deliveries.send", deliveries.send, body(DeliveriesBody), permissions=MANAGING_OUTGOING),
    post("integrations.deliveries.sendAgain", deliveries.send_again, body(DeliveryBody), permissions=MANAGING_OUTGOING),
    post("integrations.deliveries.release", deliveries.release, body(DeliveriesBody), permissions=MANAGING_OUTGOING),
    post("integrations.deliveries.drop", deliveries.drop, body(DeliveriesBody), permissions=MANAGING_OUTGOING),
)

ROUTES: tuple[BaseRoute, ...] = (
    *(endpoint.route() for endpoint in ENDPOINTS),
    *hooks.ROUTES,
    Route("/api/info", info.info, methods=["GET"]),
    Route("/api/v1/info", info.info, methods=["GET"]),
    Route("/file-upload/{id}/{name:path}", uploads.download, methods=["GET"]),
    Route("/api/openapi.json", openapi.described(ENDPOINTS), methods=["GET"]),
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
