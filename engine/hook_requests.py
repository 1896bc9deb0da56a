"""The request a hook is given, and the request that history keeps."""

from engine.model.hooks import HookContent, HookRequest
from engine.model.integrations import IncomingIntegration
from engine.model.json import JsonObject
from engine.model.messages import User


def script_request(
    request: HookRequest, content: HookContent, integration: IncomingIntegration, user: User
) -> JsonObject:
    """The hook's argument, but for what the cell decodes: `content_raw`, and JSON for `content` and `body`."""
    parsed: JsonObject = {} if content.parse else {"content": content.value, "body": content.value}
    return {
        **parsed,
        "headers": {**request.headers},
        "method": request.method,
        "url": {
            "hash": "",
            "search": request.search,
            "query": request.query,
            "pathname": request.pathname,
            "path": request.pathname + request.search,
        },
        "url_raw": request.target,
        "url_params": {"integrationId": integration.id, "token": request.token, "userId": request.user_segment},
        "user": {"_id": user.id, "name": user.name, "username": user.username},
        "integration": {
            "_id": integration.id,
            "name": integration.name,
            "channel": list(integration.channel),
            "alias": integration.alias,
        },
    }


def stored_request(request: HookRequest) -> JsonObject:
    """What history keeps, before it is masked: enough to run it again."""
    return {
        "method": request.method,
        "url": request.target,
        "headers": {**request.headers},
        "body": request.raw.decode("utf-8", "surrogateescape"),
    }
