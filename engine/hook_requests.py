"""The request a hook is given, the request that history keeps, and the way back from that one."""

from collections.abc import Iterable, Mapping
from typing import cast
from urllib.parse import parse_qsl, unquote

from engine.model.hooks import HookContent, HookRequest, Replayed
from engine.model.integrations import IncomingIntegration
from engine.model.json import JsonObject
from engine.model.messages import User
from engine.redaction import MASK
from engine.sending import DEPTH

MAX_DEPTH = 10


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


def replayed_request(stored: JsonObject, replayed: Replayed) -> HookRequest:
    """What history kept, as if it arrived again; what is masked in it stays so."""
    target = str(stored["url"])
    path, mark, text = target.partition("?")
    headers = cast(dict[str, str], stored["headers"])
    segments = path.strip("/").split("/")
    return HookRequest(
        method=str(stored["method"]),
        target=target,
        pathname=unquote(path),
        search=mark + text if text else "",
        query=query_of(parse_qsl(text, keep_blank_values=True)),
        headers=headers,
        raw=str(stored["body"]).encode("utf-8", "surrogateescape"),
        token=MASK,
        user_segment=segments[2] if len(segments) == 4 else None,
        depth=depth_of(headers),
        replayed=replayed,
    )


def query_of(pairs: Iterable[tuple[str, str]]) -> JsonObject:
    """A key that repeats is a list."""
    found: JsonObject = {}
    for key, value in pairs:
        before = found.get(key)
        found[key] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
    return found


def depth_of(headers: Mapping[str, str]) -> int:
    """How many integrations led to the request, as far as it says so."""
    depth = headers.get(DEPTH.lower(), "")
    if not (depth.isascii() and depth.isdecimal()):
        return 0
    digits = depth.lstrip("0") or "0"
    return min(int(digits), MAX_DEPTH) if len(digits) <= len(str(MAX_DEPTH)) else MAX_DEPTH
