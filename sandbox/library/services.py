"""What a hook may ask its host for: http, store, secrets, log.

Names and JSON only: what a service does is the host's business. Arguments are checked for having a JSON form, in the
author's words; everything else about them is looked at by the host, which trusts no cell. This file is a boundary.
"""

import base64
import json as _json
import re
from typing import Any, Final

from sandbox.library import state
from sandbox.library.caches import plain
from sandbox.library.facade import Facade
from sandbox.library.state import ServiceRefused
from sandbox.result import Unfit, encode_result

MAX_VERIFIED: Final = 6 * 1024 * 1024
SHOWN_FIELD: Final = 1_000

_OPTIONS: Final = ("params", "headers", "auth", "json", "data", "timeout")
_OPTIONS_OF_GET: Final = ("params", "headers", "auth", "timeout")
_ARGUMENT: Final = re.compile(r"result\['arguments'\]\['(\w+)'\]")


class HttpError(Exception):
    """No answer came; `reason` is timeout, connect, tls, refused-by-policy, too-large or too-many."""

    reason = ""


class StoreFull(Exception):
    """A limit of the store was met; the message says which."""


class SecretsError(Exception):
    """There is no such secret, or it may not be used so; the message says what to change."""


for _kind, _name in ((HttpError, "http.Error"), (StoreFull, "store.Full"), (SecretsError, "secrets.Error")):
    # what a traceback calls it is what the script can write
    _kind.__name__ = _kind.__qualname__ = _name

_ERRORS: Final[dict[str, type[Exception]]] = {
    "http.Error": HttpError,
    "store.Full": StoreFull,
    "secrets.Error": SecretsError,
    "TypeError": TypeError,
    "ValueError": ValueError,
}


def _ask(service: str, verb: str, **arguments: Any) -> Any:
    call = state.call
    if call.ask is None or not call.in_hook:
        raise RuntimeError("host services work inside hooks only")
    unfit = _unfit(service, verb, arguments)
    if unfit is not None:
        raise TypeError(f"{service}.{verb}(): {unfit}")
    try:
        return call.ask(service, verb, arguments)
    except ServiceRefused as refused:
        error = _ERRORS.get(refused.kind, RuntimeError)(str(refused))
        if isinstance(error, HttpError):
            error.reason = str(refused.fields.get("reason", ""))
    raise error


def _unfit(service: str, verb: str, arguments: dict[str, Any]) -> str | None:
    """Which argument has no JSON form or is too large, where, and what to write: a question is as large as a result."""
    try:
        encode_result({"service": service, "verb": verb, "arguments": arguments}, state.call.limits)
    except Unfit as unfit:
        return _ARGUMENT.sub(r"\1", str(unfit)).replace("result", "what is asked", 1)
    return None


class Headers(dict[str, str]):
    """Names are lower-case, and found in any case."""

    def __getitem__(self, name: str) -> str:
        return dict.__getitem__(self, _lower(name))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and dict.__contains__(self, _lower(name))

    def get(self, name: str, default: Any = None) -> Any:
        return dict.get(self, _lower(name), default)


def _lower(name: str) -> str:
    return str(plain(name)).lower()


class Response:
    """The answer to a request, whatever its status; `url` is the last one called."""

    __slots__ = ("headers", "status_code", "text", "url")

    def __init__(self, status_code: int, headers: dict[str, str], text: str, url: str) -> None:
        self.status_code = status_code
        self.headers = Headers(headers)
        self.text = text
        self.url = url

    @property
    def ok(self) -> bool:
        return 200 <= self.status_code < 300

    def json(self) -> Any:
        return _json.loads(self.text)

    def __repr__(self) -> str:
        return f"<Response [{self.status_code}]>"


def request(
    method: str,
    url: str,
    *,
    params: Any = None,
    headers: Any = None,
    auth: Any = None,
    json: Any = None,
    data: Any = None,
    timeout: float = 5,
    **others: Any,
) -> Response:
    _no_others("request", _OPTIONS, others)
    if isinstance(data, (bytes, bytearray)):
        try:
            data = bytes(data).decode()
        except UnicodeDecodeError as undecodable:
            byte = f"byte {undecodable.start} of data is none"
            raise ValueError(
                f"http.request(): only bodies in UTF-8 are sent, and {byte}; base64 makes text of it"
            ) from None
    answer = _ask(
        "http",
        "request",
        method=plain(method),
        url=plain(url),
        params=params,
        headers=headers,
        auth=auth,
        json=json,
        data=data,
        timeout=plain(timeout),
    )
    return Response(answer["status_code"], answer["headers"], answer["text"], answer["url"])


def get(
    url: str, *, params: Any = None, headers: Any = None, auth: Any = None, timeout: float = 5, **others: Any
) -> Response:
    _no_others("get", _OPTIONS_OF_GET, others)
    return request("GET", url, params=params, headers=headers, auth=auth, timeout=timeout)


def post(url: str, **options: Any) -> Response:
    _no_others("post", _OPTIONS, options)
    return request("POST", url, **options)


def put(url: str, **options: Any) -> Response:
    _no_others("put", _OPTIONS, options)
    return request("PUT", url, **options)


def patch(url: str, **options: Any) -> Response:
    _no_others("patch", _OPTIONS, options)
    return request("PATCH", url, **options)


def delete(url: str, **options: Any) -> Response:
    _no_others("delete", _OPTIONS, options)
    return request("DELETE", url, **options)


def _no_others(verb: str, known: tuple[str, ...], options: dict[str, Any]) -> None:
    for name in map(plain, options):
        if name not in known:
            hint = " (redirects are followed)" if name in ("follow_redirects", "allow_redirects") else ""
            raise TypeError(f"http.{verb}() has no parameter {name}{hint}; there are {', '.join(known)}")


_http: Final = Facade(
    "hookcell.http",
    {
        "request": request,
        "get": get,
        "post": post,
        "put": put,
        "patch": patch,
        "delete": delete,
        "Error": HttpError,
        "Response": Response,
    },
    refused={
        "head": "write http.request('HEAD', url)",
        "options": "write http.request('OPTIONS', url)",
        "Client": "call http.get(url) and the like themselves",
        "AsyncClient": "call http.get(url) and the like themselves: they block",
        "HTTPError": "catch http.Error; a status raises nothing",
    },
)


def store_get(key: str, default: Any = None) -> Any:
    found = _ask("store", "get", key=plain(key))
    return found["value"] if found["found"] else default


def store_set(key: str, value: Any, ttl: float | None = None) -> None:
    _ask("store", "set", key=plain(key), value=value, ttl=plain(ttl))


def store_delete(key: str) -> None:
    _ask("store", "delete", key=plain(key))


def keys(prefix: str = "") -> list[str]:
    found: list[str] = _ask("store", "keys", prefix=plain(prefix))
    return found


def add(key: str, number: Any = 1) -> Any:
    return _ask("store", "add", key=plain(key), number=number)


def append(key: str, value: Any, keep: int = 1000) -> Any:
    return _ask("store", "append", key=plain(key), value=value, keep=plain(keep))


def pop(key: str, default: Any = None) -> Any:
    found = _ask("store", "pop", key=plain(key))
    return found["value"] if found["found"] else default


def swap(key: str, old: Any, new: Any) -> Any:
    return _ask("store", "swap", key=plain(key), old=old, new=new)


_store: Final = Facade(
    "hookcell.store",
    {
        "get": store_get,
        "set": store_set,
        "delete": store_delete,
        "keys": keys,
        "add": add,
        "append": append,
        "pop": pop,
        "swap": swap,
        "Full": StoreFull,
    },
)


def ref(name: str) -> Any:
    return _ask("secrets", "ref", name=plain(name))


def verify_hmac(name: str, body: str | bytes, signature: Any, algorithm: str = "sha256") -> Any:
    """Whether `signature` is the HMAC of the body's bytes; of text they are those that the sender sent."""
    if isinstance(body, str):
        data = str.__str__(body).encode("utf-8", "surrogateescape")
    elif isinstance(body, (bytes, bytearray)):
        data = bytes(body)
    else:
        raise TypeError("verify_hmac(): the body is text or bytes: give it request['content_raw']")
    if len(data) > MAX_VERIFIED:
        raise ValueError(f"verify_hmac(): the body has {len(data):,} bytes; at most {MAX_VERIFIED:,} are looked at")
    shown = plain(signature) if isinstance(signature, (str, bytes)) else ""
    if isinstance(shown, bytes):
        shown = shown.decode("ascii", "replace")
    # in base64 a question is half full of it
    piece = state.call.limits.result_bytes * 3 // 8
    while len(data) > piece:
        _ask("secrets", "feed", part=base64.b64encode(data[:piece]).decode())
        data = data[piece:]
    part = base64.b64encode(data).decode()
    shown = shown.encode("ascii", "replace").decode()[:SHOWN_FIELD]
    return _ask("secrets", "verify_hmac", name=plain(name), part=part, signature=shown, algorithm=plain(algorithm))


_secrets: Final = Facade(
    "hookcell.secrets",
    {"ref": ref, "verify_hmac": verify_hmac, "Error": SecretsError},
    refused={"get": "a script never sees a secret's value: write secrets.ref(name) where it is to be sent"},
)


def _log(level: str, text: Any, fields: dict[str, Any]) -> None:
    words = [str(text), *(f"{name}={_shown(value)}" for name, value in fields.items())]
    state.call.write_log(" ".join(words), level)


def _shown(value: Any) -> str:
    if type(value) is str and value and value.isprintable() and not any(mark in value for mark in ' ="'):
        return value[:SHOWN_FIELD]
    if type(value) is str:
        return _json.dumps(value[:SHOWN_FIELD], ensure_ascii=False)
    return repr(value)[:SHOWN_FIELD]


def debug(text: object, /, **fields: Any) -> None:
    _log("debug", text, fields)


def info(text: object, /, **fields: Any) -> None:
    _log("info", text, fields)


def warning(text: object, /, **fields: Any) -> None:
    _log("warning", text, fields)


def error(text: object, /, **fields: Any) -> None:
    _log("error", text, fields)


_log_facade: Final = Facade(
    "hookcell.log",
    {"debug": debug, "info": info, "warning": warning, "error": error},
    refused={"exception": "write log.error(...): what is raised is shown with its lines", "warn": "write log.warning"},
)

Facade("hookcell", {"http": _http, "store": _store, "secrets": _secrets, "log": _log_facade})
