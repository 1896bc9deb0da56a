"""The one place where an error becomes a status and a body, as Rocket.Chat words it.

On `/hooks` a sender is told the bare code only, without reason, type and details. What is no proper HTTP does not come
as far as this: `api.protocol` answers it, in the same shape.
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answer
from engine.errors import (
    CodedError,
    HookcellError,
    InvalidParams,
    LoginFailed,
    NotAllowed,
    NotFound,
    NotLoggedIn,
    TooLarge,
    TooSlow,
    Unavailable,
)
from engine.model.json import JsonObject

NO_SUCH_ROUTE = "API endpoint does not exist."
# what routing turns down, by status
ROUTING = {404: "error-endpoint-not-found", 405: "error-method-not-allowed"}
TOO_LARGE = "error-body-too-large"
TOO_SLOW = "error-body-too-slow"
BUSY = "error-service-busy"


def error_answer(error: HookcellError, path: str) -> Response:
    """`path` is that of the request."""
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Unavailable) else {}
    if isinstance(error, TooSlow):
        # the rest of the body may come at any time
        headers["Connection"] = "close"
    body = _bare_body(error) if path.startswith("/hooks/") else _body(error)
    return answer(body, error.status, headers)


def unexpected_answer(id: str) -> Response:
    """`id` is in the log, beside what happened."""
    return answer({"success": False, "error": f"Internal server error. The server's log has it under {id}."}, 500)


async def http_error_answer(_: Request, error: Exception) -> Response:
    """What routing itself turns down: no such path, or not by this method."""
    assert isinstance(error, HTTPException)
    body: JsonObject = {"success": False, "status": "error", "message": NO_SUCH_ROUTE, "error": NO_SUCH_ROUTE}
    return answer({**body, "errorType": ROUTING[error.status_code]}, error.status_code, error.headers)


def _body(error: HookcellError) -> JsonObject:
    message = str(error)
    body: JsonObject = {"success": False, "error": message}
    match error:
        case LoginFailed():
            return {"status": "error", "error": message, "message": message}
        case NotLoggedIn():
            return {"success": False, "status": "error", "message": message, "error": message}
        case CodedError():
            body["errorType"] = error.code
            if error.details is not None:
                body["details"] = error.details
        case InvalidParams():
            body["errorType"] = error.error_type
            if error.places:
                body["details"] = {"problems": [*error.places]}
        case NotAllowed():
            body["errorType"] = error.error_type
        case NotFound() if error.code is not None:
            body["errorType"] = error.code
        case TooLarge():
            body["error"] = f"{message} [{TOO_LARGE}]"
            body["errorType"] = TOO_LARGE
        case TooSlow():
            body["error"] = f"{message} [{TOO_SLOW}]"
            body["errorType"] = TOO_SLOW
        case Unavailable():
            body["error"] = f"{message} [{BUSY}]"
            body["errorType"] = BUSY
    return body


def _bare_body(error: HookcellError) -> JsonObject:
    match error:
        case NotLoggedIn():
            return _body(error)
        case CodedError():
            code = error.code
        case TooLarge():
            code = TOO_LARGE
        case TooSlow():
            code = TOO_SLOW
        case Unavailable():
            code = BUSY
        case _:
            code = str(error)
    return {"success": False, "error": code}
