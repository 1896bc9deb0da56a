"""What each hook is given, as data: the stubs are made of it, and `check` knows keys by it.

A type is written as Python writes it, over `Json` for whatever JSON may hold and the tables of this file by their name.
The tests compare it with what the server makes.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    says: str


@dataclass(frozen=True, slots=True)
class Table:
    """A dict that a hook is given; every key is always there."""

    name: str
    says: str
    fields: tuple[Field, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)


URL = Table(
    "Url",
    "Where a webhook arrived.",
    (
        Field("hash", "str", "always ''"),
        Field("search", "str", "'' or '?...'"),
        Field("query", "dict[str, str | list[str]]", "a key that repeats has a list"),
        Field("pathname", "str", "without the query"),
        Field("path", "str", "pathname and search"),
    ),
)
URL_PARAMS = Table(
    "UrlParams",
    "The parts of a hook's address.",
    (
        Field("integrationId", "str", ""),
        Field("token", "str", ""),
        Field("userId", "str | None", "None without that segment"),
    ),
)
POSTER = Table(
    "Poster",
    "Who posts for the integration.",
    (Field("_id", "str", ""), Field("name", "str", ""), Field("username", "str", "")),
)
INTEGRATION = Table(
    "Integration",
    "What a script may know of its integration.",
    (
        Field("_id", "str", ""),
        Field("name", "str | None", ""),
        Field("channel", "list[str]", "where it posts, or what it hears"),
        Field("alias", "str | None", "None where none is set"),
    ),
)
FAILURE = Table(
    "NoAnswer",
    "Why the receiver did not answer.",
    (
        Field("kind", "str", "timeout, connect, tls, refused-by-policy, ..."),
        Field("message", "str", ""),
    ),
)
INCOMING_REQUEST = Table(
    "IncomingRequest",
    "What `process_incoming` is given.",
    (
        Field("content", "Any", "the parsed body"),
        Field("body", "Any", "the same as content"),
        Field("content_raw", "str", "the exact text of the body"),
        Field("headers", "dict[str, str]", "names in lower case; repeated ones joined with ', '"),
        Field("method", "str", "GET or POST"),
        Field("url", "Url", ""),
        Field("url_raw", "str", "the request's target as it was received"),
        Field("url_params", "UrlParams", ""),
        Field("user", "Poster", "who posts"),
        Field("integration", "Integration", ""),
    ),
)
OUTGOING_REQUEST = Table(
    "OutgoingRequest",
    "What `prepare_outgoing_request` is given and may return; `process_outgoing_response` is given what was sent.",
    (
        Field("url", "str", ""),
        Field("method", "str", "POST"),
        Field("headers", "dict[str, Any]", "as they will be sent"),
        Field("params", "dict[str, Json]", "added to the query of the url"),
        Field("data", "Any", "the event; then the body, parsed where it is JSON"),
        Field("auth", "str | list[str] | tuple[str, str] | None", "'user:password', or both in a list"),
        Field("timeout", "int", "milliseconds, 20000 at most"),
        Field("integration", "Integration", ""),
    ),
)
RESPONSE = Table(
    "OutgoingResponse",
    "What `process_outgoing_response` is given as the answer.",
    (
        Field("error", "NoAnswer | None", "why no answer came, on the last attempt"),
        Field("status_code", "int", "0 where no answer came"),
        Field("content", "Any", "parsed where it is JSON, else text"),
        Field("content_raw", "str", ""),
        Field("headers", "dict[str, str]", "names in lower case"),
        Field("truncated", "bool", "larger than 2 MiB: content is None, content_raw is cut"),
    ),
)
TABLES = (URL, URL_PARAMS, POSTER, INTEGRATION, FAILURE, INCOMING_REQUEST, OUTGOING_REQUEST, RESPONSE)
ARGUMENTS: dict[str, tuple[Table, ...]] = {
    "process_incoming": (INCOMING_REQUEST,),
    "prepare_outgoing_request": (OUTGOING_REQUEST,),
    "process_outgoing_response": (OUTGOING_REQUEST, RESPONSE),
}
