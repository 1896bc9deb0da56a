"""Builds the dicts that hooks are called with from a fixture, as the contract says they look in the server."""

from typing import cast
from urllib.parse import urlencode

import orjson

from engine.devtools import Example, Fixture, FixtureResponse
from engine.model.json import JsonObject, JsonValue

INTEGRATION_ID = "Rk3vTq8sWcY2mNfHd"
TOKEN = "c2nRfWqXbK7dLmT4hPyZ8jGs3vAeNk6QxYtB5uCwHpSrMgEa"


def incoming_request(example: Example, fixture: Fixture) -> JsonObject:
    """The argument of `process_incoming`."""
    raw = fixture.payload.decode(errors="surrogateescape")
    content = _json_or(fixture.payload, {})
    search = f"?{urlencode(fixture.meta.query, doseq=True)}" if fixture.meta.query else ""
    pathname = f"/hooks/{INTEGRATION_ID}/{TOKEN}"
    user: JsonObject = {"_id": "rocket.cat", "name": "Rocket.Cat", "username": "rocket.cat"}
    return {
        "content": content,
        "body": content,
        "content_raw": raw,
        "headers": dict(fixture.meta.headers),
        "method": fixture.meta.method,
        "url": {
            "hash": "",
            "search": search,
            "query": cast(JsonObject, dict(fixture.meta.query)),
            "pathname": pathname,
            "path": pathname + search,
        },
        "url_raw": pathname + search,
        "url_params": {"integrationId": INTEGRATION_ID, "token": TOKEN, "userId": None},
        "user": fixture.meta.user or user,
        "integration": _about(example),
    }


def outgoing_request(example: Example, fixture: Fixture) -> JsonObject:
    """The argument of `prepare_outgoing_request`."""
    urls = cast(list[JsonValue], example.integration["urls"])
    return {
        "url": urls[0],
        "method": "POST",
        "headers": {"User-Agent": "hookcell", "Content-Type": "application/json"},
        "params": {},
        "data": _json_or(fixture.payload, {}),
        "auth": None,
        "timeout": 20_000,
        "integration": _about(example),
    }


def outgoing_response(response: FixtureResponse) -> JsonObject:
    """The second argument of `process_outgoing_response`."""
    text = response.body.decode()
    content: JsonValue = text
    if response.error is not None:
        content = None
    elif _is_json(response.headers.get("content-type", "")):
        content = _json_or(response.body, text)
    return {
        "error": dict(response.error) if response.error is not None else None,
        "status_code": response.status,
        "content": content,
        "content_raw": text,
        "headers": dict(response.headers),
        "truncated": False,
    }


def _about(example: Example) -> JsonObject:
    channels: list[JsonValue] = [part.strip() for part in str(example.integration["channel"]).split(",")]
    return {
        "_id": INTEGRATION_ID,
        "name": example.integration["name"],
        "channel": channels,
        "alias": example.integration.get("alias"),
    }


def _is_json(content_type: str) -> bool:
    kind = content_type.split(";")[0].strip().lower()
    return kind in ("application/json", "text/json") or kind.endswith("+json")


def _json_or(data: bytes, otherwise: JsonValue) -> JsonValue:
    try:
        return cast(JsonValue, orjson.loads(data))
    except orjson.JSONDecodeError:
        return otherwise
