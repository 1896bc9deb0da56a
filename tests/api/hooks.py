"""An incoming integration of a test, on a channel of its own."""

import itertools
from typing import Any

import httpx2

from tests.api.servers import Running

_names = itertools.count(1)


class Hook:
    """An incoming integration on a channel of its own."""

    def __init__(self, server: Running, script: str | None = None, **fields: Any) -> None:
        self.server = server
        self.room = f"room{next(_names)}"
        answer = server.admin.post("/api/v1/channels.create", json={"name": self.room})
        assert answer.status_code == 200, answer.text
        body = {
            "type": "webhook-incoming",
            "name": self.room,
            "enabled": True,
            "username": "rocket.cat",
            "channel": f"#{self.room}",
            "scriptEnabled": script is not None,
            **({} if script is None else {"script": script}),
            **fields,
        }
        answer = server.admin.post("/api/v1/integrations.create", json=body)
        assert answer.status_code == 200, answer.text
        self.record = answer.json()["integration"]

    @property
    def path(self) -> str:
        return f"/hooks/{self.record['_id']}/{self.record['token']}"

    def post(self, **sent: Any) -> httpx2.Response:
        return self.server.client.post(self.path, **sent)

    def messages(self, **page: str) -> list[dict[str, Any]]:
        """The newest first."""
        found: list[dict[str, Any]] = self._page(**page)["messages"]
        return found

    def total(self) -> int:
        """How many messages were posted."""
        found: int = self._page(count="1")["total"]
        return found

    def _page(self, **page: str) -> dict[str, Any]:
        answer = self.server.admin.get("/api/v1/channels.messages", params={"roomName": self.room, **page})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def texts(self) -> list[str]:
        return [message["msg"] for message in reversed(self.messages())]

    def runs(self) -> list[dict[str, Any]]:
        answer = self.server.admin.get("/api/v1/integrations.history", params={"id": self.record["_id"]})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["history"]
        return found


def returning(value: str) -> str:
    return f"def process_incoming(request):\n    print('called')\n    return {value}\n"
