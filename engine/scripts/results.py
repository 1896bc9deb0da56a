"""What a hook's return value means: the three tables of the contract, as pure functions of a JSON value."""

from engine.model.json import JsonObject, JsonValue
from engine.model.runs import (
    Failed,
    IncomingNothing,
    IncomingPost,
    IncomingRefused,
    IncomingResult,
    Prepared,
    PreparedRequest,
    PrepareNothing,
    PrepareResult,
    ResponseDefault,
    ResponseDone,
    ResponsePost,
    ResponseResult,
    ScriptFailure,
)

MAX_TIMEOUT_MS = 20_000
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
Scalar = str | int | float | bool


def incoming_result(value: JsonValue) -> IncomingResult:
    if isinstance(value, str) and value:
        return IncomingPost({"text": value})
    if value is None or value is False or value == "" or value == {}:
        return IncomingNothing()
    if not isinstance(value, dict):
        return _bad(f"return {{'content': {{'text': ...}}}}; you returned {_shown(value)}")
    error = value.get("error")
    if isinstance(error, str) and error:
        return IncomingRefused({"error": error})
    if isinstance(error, dict) and error:
        return IncomingRefused(error)
    if error:
        return _bad(f"'error' must be text or a dict; you returned {_shown(error)}")
    response = value.get("response")
    if response is not None and not isinstance(response, dict):
        return _bad(f"'response' must be a dict; you returned {_shown(response)}")
    user = value.get("user")
    if user is not None and not _names_a_user(user):
        return _bad(f"'user' must be {{'_id': ...}} or {{'username': ...}}; you returned {_shown(user)}")
    content = value.get("content")
    if isinstance(content, str) and content:
        content = {"text": content}
    if isinstance(content, dict):
        return IncomingPost(content, response, user if isinstance(user, dict) else None)
    if response is not None and not content:
        return IncomingNothing(response)
    if "content" in value:
        return _bad(f"'content' must be a dict or text; you returned {_shown(content)}")
    return _bad(f"return {{'content': {{'text': ...}}}}; you returned {_shown(value)}")


def prepare_result(value: JsonValue, *, forgot_return: bool) -> PrepareResult:
    if value is None or value is False or value == {}:
        return PrepareNothing(forgot_return)
    if not isinstance(value, dict):
        return _bad(f"return the request, or a dict with 'message'; you returned {_shown(value)}")
    message = value.get("message")
    if isinstance(message, str) and message:
        message = {"text": message}
    if message and not isinstance(message, dict):
        return _bad(f"'message' must be text or a dict; you returned {_shown(message)}")
    posted = message if isinstance(message, dict) and message else None
    url, method = value.get("url"), value.get("method")
    if not url or not method:
        return Prepared(posted, None)
    if not isinstance(url, str) or not isinstance(method, str):
        return _bad("'url' and 'method' must be text")
    if method.upper() not in METHODS:
        return _bad(f"'method' must be one of {', '.join(sorted(METHODS))}; you returned {_shown(method)}")
    request = _request(url, method.upper(), value)
    return request if isinstance(request, Failed) else Prepared(posted, request)


def _request(url: str, method: str, value: JsonObject) -> PreparedRequest | Failed:
    headers = _pairs(value.get("headers"), "headers", repeat=False)
    params = _pairs(value.get("params"), "params", repeat=True)
    for pairs in (headers, params):
        if isinstance(pairs, Failed):
            return pairs
    assert not isinstance(headers, Failed) and not isinstance(params, Failed)
    data = value.get("data")
    if not (data is None or isinstance(data, dict | list | str)):
        return _bad(f"'data' must be a dict, a list or text; you returned {_shown(data)}")
    auth = _auth(value.get("auth"))
    if isinstance(auth, Failed):
        return auth
    timeout = value.get("timeout", MAX_TIMEOUT_MS)
    if timeout is None:
        timeout = MAX_TIMEOUT_MS
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 1 <= timeout <= MAX_TIMEOUT_MS:
        return _bad(f"'timeout' must be 1 to {MAX_TIMEOUT_MS} milliseconds; you returned {_shown(timeout)}")
    return PreparedRequest(url, method, headers, params, data, auth, int(timeout))


def _pairs(value: JsonValue, name: str, *, repeat: bool) -> tuple[tuple[str, str], ...] | Failed:
    if value is None:
        return ()
    if not isinstance(value, dict):
        return _bad(f"'{name}' must be a dict; you returned {_shown(value)}")
    pairs: list[tuple[str, str]] = []
    for key, item in value.items():
        for one in item if repeat and isinstance(item, list) else [item]:
            if not isinstance(one, Scalar):
                return _bad(f"'{name}[{key!r}]' must be text or a number; you returned {_shown(one)}")
            text = str(one).lower() if isinstance(one, bool) else str(one)
            pairs.append((key, text))
    return tuple(pairs)


def _auth(value: JsonValue) -> tuple[str, str] | None | Failed:
    if value is None or value == "":
        return None
    if isinstance(value, str) and ":" in value:
        user, _, password = value.partition(":")
        return user, password
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], str):
        return value[0], value[1]
    return _bad("'auth' must be 'user:password' or [user, password]")


def response_result(value: JsonValue) -> ResponseResult:
    if isinstance(value, str) and value:
        return ResponsePost({"text": value})
    if value is False:
        return ResponseDone()
    if value is None or value == {} or value == "":
        return ResponseDefault()
    if isinstance(value, dict):
        content = value.get("content")
        if isinstance(content, dict):
            return ResponsePost(content)
        if isinstance(content, str) and content:
            return ResponsePost({"text": content})
    return _bad(f"return {{'content': {{'text': ...}}}}, False or nothing; you returned {_shown(value)}")


def _names_a_user(value: JsonValue) -> bool:
    if not isinstance(value, dict):
        return False
    return any(isinstance(value.get(key), str) and value.get(key) for key in ("_id", "username"))


def _bad(message: str) -> Failed:
    return Failed(ScriptFailure("bad-result", message))


def _shown(value: JsonValue) -> str:
    if isinstance(value, dict):
        keys = ", ".join(sorted(value)[:10])
        return f"a dict with the keys {keys}"[:300] if keys else "an empty dict"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return f"{value!r}"[:100]
