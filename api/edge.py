"""The outermost part of the server: every request is answered, whatever happens inside, and noted in the log.

No token is logged: the path of a hook ends with its id.
"""

import re
import time

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import error_answer, unexpected_answer
from engine.errors import HookcellError
from engine.ids import new_id

_HOOK = re.compile(r"(/hooks/(?:(?:sample|info|add|remove)/)?[^/?#\s]+)/[^?#\s]+")

_HOOK_PATH = re.compile(r"(/hooks/(?:(?:sample|info|add|remove)/)?[A-Za-z0-9]{1,24})/.*", re.DOTALL)
_LIKE_A_TOKEN = re.compile(r"/[^/]*[A-Za-z0-9_~-]{16,}[^/]*")

# for a browser that somebody has led here
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)

log = structlog.stdlib.get_logger("hookcell.api")


def masked(text: str) -> str:
    """The text with `/hooks/<id>/***` for every hook's path in it."""
    return _HOOK.sub(r"\1/***", text)


def shown_path(scope: Scope) -> str:
    """The path of a request without what is, or may be meant to be, a hook's token."""
    path: str = scope["path"]
    if (known := _HOOK_PATH.fullmatch(path)) is not None:
        return f"{known[1]}/***"
    if "endpoint" in scope and not path.startswith("/hooks/"):
        return path
    return _LIKE_A_TOKEN.sub("/***", path)


class Edge:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = time.perf_counter()
        status = 0

        async def watched_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                said = {name.lower() for name, _ in message["headers"]}
                more = [header for header in SECURITY_HEADERS if header[0] not in said]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        except ClientDisconnect:
            pass
        except Exception as error:
            if status:
                # half an answer is out: the connection is closed, which tells the client
                log.exception("answer failed", path=shown_path(scope))
                raise
            if isinstance(error, HookcellError):
                response = error_answer(error, scope["path"])
            else:
                id = new_id()
                log.exception("unexpected error", id=id, method=scope["method"], path=shown_path(scope))
                response = unexpected_answer(id)
            await response(scope, receive, watched_send)
        finally:
            level = "info" if status >= 400 or not status else "debug"
            getattr(log, level)(
                "request",
                method=scope["method"],
                path=shown_path(scope),
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
                client=(scope.get("client") or ("",))[0],
            )
