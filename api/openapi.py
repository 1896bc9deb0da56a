"""The OpenAPI 3.1 document, made from the list of endpoints and the models that read their parameters.

It is served at `/api/openapi.json`. Errors are described once, as components, and every operation names those that it
can answer with.
"""

import re
from collections.abc import Iterable
from typing import Any

from api.endpoint import PREFIX, Endpoint
from api.openapi_details import DETAILS, Detail
from api.openapi_hooks import OTHER_PATHS, hook_paths
from api.openapi_parts import ERRORS, FILE_FORM, Json, SchemaBook, answered, content_of, errors

TITLE = "hookcell"
DESCRIPTION = (
    "Rocket.Chat's integrations API, with scripts in Python that run sandboxed. "
    "Parameters are coerced as Rocket.Chat coerces them: the text `true` is a boolean, `4` a number. "
    "Any path may answer 405 (`MethodNotAllowed`) and 431 (`HeadTooLarge`) besides what is said of it."
)


def document(endpoints: Iterable[Endpoint[Any]], version: str) -> Json:
    """Raises KeyError for an endpoint that `openapi_details` says nothing of."""
    book = SchemaBook()
    paths: dict[str, Json] = {}
    for endpoint in endpoints:
        operations = paths.setdefault(PREFIX + endpoint.name, {})
        operations[endpoint.method.lower()] = _operation(endpoint, detail_of(endpoint), book)
    paths |= hook_paths(book)
    paths |= OTHER_PATHS
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": version, "description": DESCRIPTION, "license": {"name": "MIT"}},
        "servers": [{"url": "/"}],
        "security": [{"token": [], "user": []}],
        "paths": paths,
        "components": {
            "schemas": book.schemas,
            "responses": ERRORS,
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
                "user": {"type": "apiKey", "in": "header", "name": "X-User-Id"},
            },
        },
    }


def detail_of(endpoint: Endpoint[Any]) -> Detail:
    return DETAILS.get(f"{endpoint.method} {endpoint.name}") or DETAILS[endpoint.name]


def _operation(endpoint: Endpoint[Any], detail: Detail, book: SchemaBook) -> Json:
    operation: Json = {
        "operationId": f"{endpoint.method.lower()} {endpoint.name}",
        "summary": detail.summary,
        "tags": [endpoint.name.partition(".")[0].partition("/")[0]],
        "parameters": [_in_path(name) for name in re.findall(r"{(\w+)}", endpoint.name)],
    }
    if endpoint.permissions:
        operation["description"] = f"Needs one of the permissions {', '.join(endpoint.permissions)}."
    if not endpoint.login:
        operation["security"] = []
    operation |= _taken(endpoint, detail, operation["parameters"], book)
    login = {"401": {"$ref": f"#/components/responses/{'NotLoggedIn' if endpoint.login else 'LoginFailed'}"}}
    operation["responses"] = {
        str(detail.status): answered(
            detail.answered if detail.answered.get("status") == "success" else {**detail.answered, "success": True}
        ),
        **errors(400, 403, *([404] if "{" in endpoint.name else []), 408, 413, 429, 500, 503),
        **login,
    }
    return operation


def _taken(endpoint: Endpoint[Any], detail: Detail, in_path: list[Json], book: SchemaBook) -> Json:
    """Parameters and body."""
    if detail.file:
        return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FILE_FORM}}}}
    shape = endpoint.params.shape
    if endpoint.params.source == "query":
        return {"parameters": in_path + ([] if shape is None else book.parameters(shape, detail.sent))}
    shapes = detail.shapes or (() if shape is None else (shape,))
    return {"requestBody": {"required": True, "content": content_of(book.one_of(shapes), detail.sent)}}


def _in_path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
