"""The client of the command line, for the server its user names: unguarded, because the user chose the address."""

from types import TracebackType
from typing import Any

import httpx2

from engine.model.json import JsonObject

TIMEOUT_SECONDS = 30.0


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
        data = (await self.post("/api/v1/login", {"user": user, "password": password}))["data"]
        self.headers = {"X-Auth-Token": data["authToken"], "X-User-Id": data["userId"]}

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
            answer = await self._client.request(method, path, headers={**self.headers, **(headers or {})}, **sent)
            body = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise RequestFailed(f"{method} {path}: {str(error) or type(error).__name__}") from None
        if not isinstance(body, dict) or answer.is_error:
            said = body.get("error") if isinstance(body, dict) else body
            raise RequestFailed(f"{method} {path} was answered {answer.status_code}: {said}", answer.status_code)
        return body
