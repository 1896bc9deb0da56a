"""The client of the command line, for the server its user names: unguarded, because the user chose the address."""

import json
from types import TracebackType
from typing import Any

import httpx2

from engine.bounded_json import is_deeper
from engine.model.json import JsonObject

TIMEOUT_SECONDS = 30.0
# a server ends its lists at about 16 MiB
MAX_ANSWER = 64 * 1024 * 1024
# more than a server makes of a value of bounded_json.MAX_DEPTH, and less than what walks through it can bear
MAX_LEVELS = 128


class RequestFailed(Exception):
    """The server answered with an error (`status`), or not at all (None); the message is for the user."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class PlainClient:
    """Calls a hookcell or Rocket.Chat server's API; `headers` go with every request once logged in."""

    def __init__(self, base_url: str) -> None:
        # No proxy of the environment: the server is the user's own, often on this machine.
        self._client = httpx2.AsyncClient(base_url=base_url, timeout=TIMEOUT_SECONDS, trust_env=False)
        self.headers: dict[str, str] = {}

    async def __aenter__(self) -> "PlainClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def login(self, user: str, password: str) -> None:
        """Raises RequestFailed."""
        match await self.post("/api/v1/login", {"user": user, "password": password}):
            case {"data": {"authToken": str(token), "userId": str(id)}} if _is_word(token) and _is_word(id):
                self.headers = {"X-Auth-Token": token, "X-User-Id": id}
            case _:
                raise RequestFailed("POST /api/v1/login was answered without a login")

    async def get(self, path: str, **params: str) -> dict[str, Any]:
        """Raises RequestFailed."""
        return await self._call("GET", path, params=params)

    async def post(self, path: str, body: JsonObject | bytes, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """Raises RequestFailed."""
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        return await self._call("POST", path, headers=headers, **sent)

    async def put(self, path: str, body: JsonObject) -> dict[str, Any]:
        """Raises RequestFailed."""
        return await self._call("PUT", path, json=body)

    async def _call(self, method: str, path: str, headers: dict[str, str] | None = None, **sent: Any) -> dict[str, Any]:
        try:
            sent["headers"] = {**self.headers, **(headers or {})}
            async with self._client.stream(method, path, **sent) as answer:
                body = _read_json(await _content(answer))
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise RequestFailed(f"{method} {path}: {str(error) or type(error).__name__}") from None
        if not isinstance(body, dict) or answer.is_error:
            said = body.get("error") if isinstance(body, dict) else body
            raise RequestFailed(f"{method} {path} was answered {answer.status_code}: {said}", answer.status_code)
        return body


async def _content(answer: httpx2.Response) -> bytes:
    content = bytearray()
    async for piece in answer.aiter_bytes():
        content += piece
        if len(content) > MAX_ANSWER:
            raise ValueError(f"the answer has more than {MAX_ANSWER // 2**20} MiB")
    return bytes(content)


def _read_json(content: bytes) -> Any:
    """Also with halves of surrogate pairs, which a server may have been told. Raises ValueError."""
    try:
        value = json.loads(content, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("the answer is too deep") from None
    if is_deeper(value, MAX_LEVELS):
        raise ValueError("the answer is too deep")
    return value


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _is_word(text: str) -> bool:
    """Whether it can be sent in a header."""
    return text.isascii() and text.isprintable()
