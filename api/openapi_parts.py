"""Pieces of the OpenAPI document: schemas out of the models, answers out of examples, the errors."""

from collections.abc import Sequence
from typing import Any

from engine.model.json import JsonObject, JsonValue
from engine.params import Params

Json = dict[str, Any]

REF = "#/components/schemas/{model}"
FILE_FORM: Json = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "msg": {"type": "string"},
        "description": {"type": "string"},
    },
}
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"


class SchemaBook:
    """`schemas` are the models seen so far, by name."""

    def __init__(self) -> None:
        self.schemas: Json = {}

    def ref(self, shape: type[Params]) -> Json:
        schema = shape.model_json_schema(by_alias=True, ref_template=REF)
        self.schemas |= schema.pop("$defs", {})
        self.schemas[shape.__name__] = schema
        return {"$ref": REF.format(model=shape.__name__)}

    def one_of(self, shapes: Sequence[type[Params]]) -> Json:
        found = [self.ref(shape) for shape in shapes]
        if not found:
            return {"type": "object"}
        # shapes whose `type` tells them apart may still overlap for a validator, as may those of removing
        return found[0] if len(found) == 1 else {"anyOf": found}

    def parameters(self, shape: type[Params], example: JsonObject) -> list[Json]:
        schema = shape.model_json_schema(by_alias=True, ref_template=REF)
        required = schema.get("required", [])
        return [
            {
                "name": name,
                "in": "query",
                "required": name in required,
                "schema": _without_null(property),
                **({"example": example[name]} if name in example else {}),
            }
            for name, property in schema.get("properties", {}).items()
        ]


def _without_null(schema: Json) -> Json:
    """A query string has no null."""
    kept = {key: value for key, value in schema.items() if key != "default" or value is not None}
    if "anyOf" in kept:
        choices = [choice for choice in kept.pop("anyOf") if choice != {"type": "null"}]
        kept |= choices[0] if len(choices) == 1 else {"anyOf": choices}
    return kept


def content_of(schema: Json, example: JsonObject, *, form: bool = True) -> Json:
    described: Json = {"schema": schema, "example": example}
    return {_JSON: described, **({_FORM: {"schema": schema}} if form else {})}


def answered(example: JsonObject, *, description: str = "Done.", headers: Json | None = None) -> Json:
    """An answer that always has the example's keys, with values of their types."""
    return {
        "description": description,
        **({"headers": headers} if headers else {}),
        "content": {_JSON: {"schema": schema_of(example), "example": example}},
    }


def schema_of(example: JsonObject) -> Json:
    return {
        "type": "object",
        "required": list(example),
        "properties": {key: {"type": _type(value)} for key, value in example.items()},
    }


def _type(value: JsonValue) -> str | list[str]:
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
        case _:
            return ["object", "null"]


def errors(*statuses: int) -> Json:
    return {str(status): {"$ref": f"#/components/responses/{_NAMES[status]}"} for status in statuses}


def _error(description: str, example: JsonObject, *, required: Sequence[str] = ("success", "error")) -> Json:
    schema: Json = {
        "type": "object",
        "required": list(required),
        "properties": {
            "success": {"const": False},
            "status": {"const": "error"},
            "error": {"type": "string"},
            "message": {"type": "string"},
            "errorType": {"type": "string"},
            "details": {"type": "object"},
        },
    }
    return {"description": description, "content": {_JSON: {"schema": schema, "example": example}}}


def _waiting(response: Json) -> Json:
    return {**response, "headers": {"Retry-After": {"schema": {"type": "string"}, "description": "Seconds."}}}


_YOU = "You must be logged in to do this."
_MISSING = "API endpoint does not exist."
_NAMES = {
    400: "BadRequest",
    401: "NotLoggedIn",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    408: "TooSlow",
    413: "TooLarge",
    431: "HeadTooLarge",
    429: "TooManyRequests",
    500: "Unexpected",
    503: "Busy",
}

ERRORS: Json = {
    "BadRequest": _error(
        "What is wrong, in Rocket.Chat's words; `errorType` is the code, also of a form that is broken "
        "(`error-invalid-form`) and of what is no proper HTTP/1.1 (`error-invalid-request`).",
        {
            "success": False,
            "error": "Invalid channel. Start with @ or # [error-invalid-channel-start-with-chars]",
            "errorType": "error-invalid-channel-start-with-chars",
            "details": {"method": "updateIncomingIntegration"},
        },
    ),
    "NotLoggedIn": _error(
        "The two headers do not name a login.",
        {"success": False, "status": "error", "message": _YOU, "error": _YOU},
        required=("success", "status", "error", "message"),
    ),
    "LoginFailed": _error(
        "A wrong name, password or token.",
        {"status": "error", "error": "Unauthorized", "message": "Unauthorized"},
        required=("status", "error", "message"),
    ),
    "Forbidden": _error(
        "The caller lacks a permission that the endpoint itself asks for.",
        {"success": False, "error": "User does not have the permissions required for this action [error-unauthorized]"},
    ),
    "NotFound": _error(
        "There is no such endpoint (`error-endpoint-not-found`), file (`error-file-not-found`) or hook.",
        {
            "success": False,
            "status": "error",
            "message": _MISSING,
            "error": _MISSING,
            "errorType": "error-endpoint-not-found",
        },
    ),
    "MethodNotAllowed": _error(
        "There is such an endpoint, by another method, which `Allow` names.",
        {
            "success": False,
            "status": "error",
            "message": _MISSING,
            "error": _MISSING,
            "errorType": "error-method-not-allowed",
        },
    ),
    "HeadTooLarge": _error(
        "The request line and headers are too large.",
        {
            "success": False,
            "error": "The request line and headers are more than 65536 bytes. [error-head-too-large]",
            "errorType": "error-head-too-large",
        },
    ),
    "TooSlow": _error(
        "The body did not come in time, or the head (`error-head-too-slow`).",
        {"success": False, "error": "The body took longer than 30 seconds. [error-body-too-slow]"},
    ),
    "TooLarge": _error(
        "The body is larger than the limit, and was not read.",
        {"success": False, "error": "The body is larger than 1048576 bytes. [error-body-too-large]"},
    ),
    "TooManyRequests": _error(
        "Called too often.",
        {
            "success": False,
            "error": "Error, too many requests. Please slow down. You must wait 12 seconds before trying this endpoint "
            "again. [error-too-many-requests]",
        },
    ),
    "Unexpected": _error(
        "A mistake of the server, which its log has under the id.",
        {"success": False, "error": "Internal server error. The server's log has it under 5pTnWq."},
    ),
    "Busy": _waiting(
        _error(
            "Nothing was stored, or there are too many connections (`error-too-many-connections`); send it again.",
            {"success": False, "error": "Too many large requests at once; send it again. [error-service-busy]"},
        )
    ),
}
