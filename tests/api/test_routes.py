"""Every route, with who needs it. What nobody on this list needs is not offered."""

import pytest
from starlette.routing import Route

from api.app import ROUTES
from tests.api.servers import Running

AUTHORS = "integrations: what the server is for"
CLIENT = "rocketchat_API"
APPRISE = "Apprise and rocketchat_API"
DESTINATION = "destination: rooms that hooks post to"
EVENT = "event: what integrations hear"
OPERATOR = "operators and their probes"

NEEDED_BY = {
    "POST /api/v1/login": APPRISE,
    "POST /api/v1/logout": APPRISE,
    "GET /api/v1/me": CLIENT,
    "GET /api/info": "clients that ask for the version first",
    "GET /api/v1/info": "clients that ask for the version first",
    "POST /api/v1/users.create": EVENT + ": userCreated",
    "POST /api/v1/users.register": EVENT + ": userCreated",
    "GET /api/v1/users.info": CLIENT,
    "GET /api/v1/users.list": CLIENT,
    "POST /api/v1/users.update": CLIENT,
    "POST /api/v1/users.delete": CLIENT,
    "GET /api/v1/permissions.listAll": CLIENT,
    "POST /api/v1/permissions.update": "authors: who may manage integrations",
    "GET /api/v1/settings": CLIENT,
    "GET /api/v1/settings/{id}": CLIENT,
    "POST /api/v1/settings/{id}": "operators: rate limit, sizes, Site_Url",
    "POST /api/v1/channels.create": EVENT + ": roomCreated",
    "GET /api/v1/channels.info": CLIENT,
    "GET /api/v1/channels.list": CLIENT,
    "GET /api/v1/channels.messages": "authors: what a hook has posted",
    "GET /api/v1/channels.history": CLIENT,
    "GET /api/v1/channels.members": CLIENT,
    "POST /api/v1/channels.invite": EVENT + ": roomJoined",
    "POST /api/v1/channels.kick": EVENT + ": roomLeft",
    "POST /api/v1/channels.join": EVENT + ": roomJoined",
    "POST /api/v1/channels.leave": EVENT + ": roomLeft",
    "POST /api/v1/channels.archive": EVENT + ": roomArchived",
    "POST /api/v1/channels.unarchive": CLIENT,
    "POST /api/v1/channels.rename": "integrations: their channels are rewritten",
    "POST /api/v1/channels.delete": CLIENT,
    "POST /api/v1/groups.create": EVENT + ": roomCreated",
    "GET /api/v1/groups.info": CLIENT,
    "GET /api/v1/groups.list": CLIENT,
    "GET /api/v1/groups.messages": "authors: what a hook has posted",
    "GET /api/v1/groups.history": CLIENT,
    "GET /api/v1/groups.members": CLIENT,
    "POST /api/v1/groups.invite": EVENT + ": roomJoined",
    "POST /api/v1/groups.kick": EVENT + ": roomLeft",
    "POST /api/v1/groups.leave": EVENT + ": roomLeft",
    "POST /api/v1/groups.archive": EVENT + ": roomArchived",
    "POST /api/v1/groups.unarchive": CLIENT,
    "POST /api/v1/groups.rename": "integrations: their channels are rewritten",
    "POST /api/v1/groups.delete": CLIENT,
    "POST /api/v1/im.create": DESTINATION,
    "GET /api/v1/im.list": CLIENT,
    "GET /api/v1/im.messages": "authors: what a hook has posted",
    "GET /api/v1/rooms.info": CLIENT,
    "POST /api/v1/rooms.delete": CLIENT,
    "POST /api/v1/rooms.upload/{room}": EVENT + ": fileUploaded",
    "POST /api/v1/rooms.media/{room}": EVENT + ": fileUploaded",
    "POST /api/v1/rooms.mediaConfirm/{room}/{file}": EVENT + ": fileUploaded",
    "GET /file-upload/{id}/{name:path}": EVENT + ": fileUploaded, its links",
    "POST /api/v1/chat.postMessage": APPRISE,
    "POST /api/v1/chat.sendMessage": CLIENT,
    "GET /api/v1/chat.getMessage": CLIENT,
    "POST /api/v1/chat.update": EVENT + ": sendMessage of an edit",
    "POST /api/v1/chat.delete": CLIENT,
    "POST /api/v1/integrations.create": AUTHORS,
    "GET /api/v1/integrations.get": AUTHORS,
    "GET /api/v1/integrations.list": AUTHORS,
    "PUT /api/v1/integrations.update": AUTHORS,
    "POST /api/v1/integrations.remove": AUTHORS,
    "POST /api/v1/integrations.rotateToken": AUTHORS,
    "GET /api/v1/integrations.history": AUTHORS,
    "GET /api/v1/integrations.run": "authors: hookcell replay",
    "POST /api/v1/integrations.clearHistory": AUTHORS,
    "POST /api/v1/integrations.replayOutgoing": AUTHORS,
    "POST /api/v1/integrations.replayIncoming": AUTHORS,
    "GET /api/v1/integrations.deliveries": OPERATOR,
    "POST /api/v1/integrations.deliveries.send": OPERATOR,
    "POST /api/v1/integrations.deliveries.sendAgain": OPERATOR,
    "POST /api/v1/integrations.deliveries.release": OPERATOR,
    "POST /api/v1/integrations.deliveries.drop": OPERATOR,
    "POST /api/v1/integrations.emit": "a chat that is not this one",
    "GET /api/v1/integrations.explain": AUTHORS,
    "POST /api/v1/integrations.setSecret": AUTHORS,
    "GET /api/v1/integrations.listSecrets": AUTHORS,
    "POST /api/v1/integrations.removeSecret": AUTHORS,
    "GET /api/v1/integrations.store": AUTHORS,
    "POST /api/v1/integrations.store.clear": AUTHORS,
    "GET /api/v1/channels.getIntegrations": AUTHORS,
    "GET /api/v1/groups.getIntegrations": AUTHORS,
    "GET /api/openapi.json": "authors of clients",
    "GET /health": OPERATOR,
    "GET /health/ready": OPERATOR,
}


def offered() -> set[str]:
    routes = [route for route in ROUTES if isinstance(route, Route)]
    assert len(routes) == len(ROUTES)
    return {f"{method} {route.path}" for route in routes for method in (route.methods or ()) if method != "HEAD"}


def test_every_route_is_needed_by_somebody() -> None:
    assert {route for route in offered() if not route.split()[1].startswith("/hooks/")} == NEEDED_BY.keys()
    assert all(reason for reason in NEEDED_BY.values())


def test_hooks_are_for_webhooks() -> None:
    hooks = {route for route in offered() if route.split()[1].startswith("/hooks/")}
    assert {"POST /hooks/{id}/{token}", "GET /hooks/{id}/{token}", "POST /hooks/{id}/{user}/{token}"} <= hooks


@pytest.mark.parametrize(
    "path",
    [
        "channels.setTopic", "channels.addOwner", "groups.join", "chat.react", "chat.search", "users.setStatus",
        "teams.create", "subscriptions.read", "livechat/config", "settings.public", "channels.create/", "",
    ],
)  # fmt: skip
def test_what_is_not_offered_is_404_in_rocket_chats_shape(server: Running, path: str) -> None:
    for method in ("GET", "POST"):
        answer = server.admin.request(method, f"/api/v1/{path}")
        assert (answer.status_code, answer.json()) == (
            404,
            {
                "success": False,
                "status": "error",
                "message": "API endpoint does not exist.",
                "error": "API endpoint does not exist.",
                "errorType": "error-endpoint-not-found",
            },
        )
