"""What the document says of `/hooks`, and of the few paths that are no endpoint of the API."""

from api.hook_schemas import HookAddBody, HookRemoveBody
from api.openapi_details import EXAMPLE_OUTGOING, EXAMPLE_RECORD
from api.openapi_parts import Json, SchemaBook, answered, content_of, errors
from engine.model.json import JsonObject

FORMS = ("{integrationId}/{token}", "{integrationId}/{userId}/{token}")
_TEXT: Json = {"schema": {"type": "string"}}
_LIMIT_HEADERS: Json = {
    "X-RateLimit-Limit": {**_TEXT, "description": "Calls in a window."},
    "X-RateLimit-Remaining": {**_TEXT, "description": "Calls left in this one."},
    "X-RateLimit-Reset": {**_TEXT, "description": "When it ends, in milliseconds since the epoch."},
}
_RUN: Json = {**_TEXT, "description": "The run's id in `integrations.history`."}
_KEYS: list[Json] = [
    {
        "name": name,
        "in": "header",
        "required": False,
        "schema": {"type": "string", "maxLength": 255},
        "description": "A request sent again under the same key within 24 hours gets the same answer; nothing happens.",
    }
    for name in ("Idempotency-Key", "webhook-id")
]
_REFUSED: Json = {
    "description": "The script's own `error`, or what could not be done as a bare code; nothing was posted.",
    "headers": _LIMIT_HEADERS | {"X-Hookcell-Run": _RUN},
    "content": {
        "application/json": {
            "schema": {"type": "object", "required": ["success"], "properties": {"success": {"const": False}}},
            "example": {"success": False, "error": "error-running-script"},
        }
    },
}
_NOT_DONE: Json = {**_REFUSED, "description": "What could not be done, as a bare code.", "headers": _LIMIT_HEADERS}
_BODY: JsonObject = {"text": "Deployed 1.4.2", "attachments": [{"color": "#2ca02c", "text": "12 commits"}]}
_SAMPLE: JsonObject = {
    "token": "vTNdNtVRhyXqvMGbkDf6Nkgh",
    "channel_id": "GENERAL",
    "channel_name": "general",
    "timestamp": "2026-03-01T12:00:00.000Z",
    "user_id": "rocket.cat",
    "user_name": "rocket.cat",
    "text": "Sample text 1",
    "trigger_word": "Sample",
}


def hook_paths(book: SchemaBook) -> Json:
    sample: Json = {
        "description": "Three messages.",
        "content": {"application/json": {"schema": {"type": "array", "minItems": 3}, "example": [_SAMPLE] * 3}},
    }
    added = answered({**EXAMPLE_RECORD, **EXAMPLE_OUTGOING, "channel": ["#general"], "success": True})
    for shown in added["content"].values():
        shown["schema"] = {"type": "object", "required": ["_id", "type", "success"]}
    wanted: JsonObject = {
        "event": "newMessageOnChannel",
        "name": "tickets",
        "target_url": "https://receiver.example/hook",
        "data": {"channel_name": "general", "trigger_words": ["!ticket"]},
    }
    url: JsonObject = {"target_url": "https://receiver.example/hook"}
    paths: Json = {}
    for form in FORMS:
        done = {"200": answered({"success": True})}
        paths[f"/hooks/sample/{form}"] = {"get": _command("sample", form, "Three sample messages.", {"200": sample})}
        paths[f"/hooks/info/{form}"] = {"get": _command("info", form, "Whether the url is good.", done)}
        add = _command("add", form, "Make an outgoing integration as the hook's posting user.", {"200": added})
        paths[f"/hooks/add/{form}"] = {
            "post": add | {"requestBody": {"required": True, "content": content_of(book.ref(HookAddBody), wanted)}}
        }
        remove = _command("remove", form, "Remove the outgoing integration that calls a url.", done)
        paths[f"/hooks/remove/{form}"] = {
            "post": remove | {"requestBody": {"required": True, "content": content_of(book.ref(HookRemoveBody), url)}}
        }
        paths[f"/hooks/{form}"] = {"post": _call("post", form), "get": _call("get", form)}
    return paths


def _parameters(form: str) -> list[Json]:
    names = [part.strip("{}") for part in form.split("/")]
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}} for name in names
    ]


def _call(method: str, form: str) -> Json:
    headers = _LIMIT_HEADERS | {"X-Hookcell-Run": _RUN}
    posted = answered({"success": True}, description="Posted, or nothing was to be posted.", headers=headers)
    operation: Json = {
        "operationId": f"{method} hooks {len(form.split('/'))}",
        "summary": "Call a hook: its script runs, and what it returns is posted.",
        "tags": ["hooks"],
        "security": [],
        "parameters": [*_parameters(form), *_KEYS],
        "responses": {"200": posted, "400": _REFUSED, **_common()},
    }
    if method == "post":
        operation["requestBody"] = {
            "required": False,
            "content": {
                "application/json": {"schema": {}, "example": _BODY},
                "application/x-www-form-urlencoded": {"schema": {"type": "object"}},
                "text/plain": {"schema": {"type": "string"}},
            },
        }
    return operation


def _command(name: str, form: str, summary: str, done: Json) -> Json:
    return {
        "operationId": f"hooks {name} {len(form.split('/'))}",
        "summary": summary,
        "tags": ["hooks"],
        "security": [],
        "parameters": _parameters(form),
        "responses": {**done, "400": _NOT_DONE, **_common()},
    }


def _common() -> Json:
    return errors(401, 404, 408, 413, 429, 500, 503)


def _open(summary: str, example: JsonObject, **more: Json) -> Json:
    responses = {"200": answered(example), **errors(500), **more}
    return {
        "get": {"operationId": summary, "summary": summary, "tags": ["server"], "security": [], "responses": responses}
    }


_INFO: JsonObject = {"version": "7.8", "info": {"version": "7.8.0"}, "success": True}

OTHER_PATHS: Json = {
    "/api/info": _open("The version of Rocket.Chat that clients may take this for.", _INFO),
    "/api/v1/info": _open("The same.", _INFO),
    "/api/openapi.json": _open("This document.", {"openapi": "3.1.0", "paths": {}}),
    "/health": _open("Whether the process lives.", {"status": "ok", "sandbox": "full"}),
    "/health/ready": _open(
        "Whether it takes work.",
        {"status": "ready"},
        **{"503": answered({"status": "not ready"}, description="Not now.")},
    ),
    "/file-upload/{id}/{name}": {
        "get": {
            "operationId": "file-upload",
            "summary": "A file, for members of its room; the headers may be `rc_uid` and `rc_token` in the query.",
            "tags": ["server"],
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
                for name in ("id", "name")
            ],
            "responses": {
                "200": {
                    "description": "The file.",
                    "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
                },
                **errors(403, 404, 500, 503),
            },
        }
    },
}
