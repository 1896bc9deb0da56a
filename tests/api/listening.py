"""Outgoing integrations of a test on a started server, and what a real receiver was sent by them."""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.api.servers import Running
from tests.processes import wait_for
from tests.receiver import Receiver

TOKEN = "t-o-k-e-n"
STATES = "pending,claimed,held,failed,finished"

_numbers = itertools.count(1)


def ask(client: httpx2.Client, method: str, endpoint: str, **body: Any) -> Any:
    """The answer of a call that succeeds."""
    query, sent = (body, None) if method == "GET" else (None, body)
    answer = client.request(method, f"/api/v1/{endpoint}", params=query, json=sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


@dataclass
class Listener:
    """An outgoing integration with a path of its own at the receiver."""

    server: Running
    receiver: Receiver
    fields: dict[str, Any]
    id: str = ""
    path: str = field(default_factory=lambda: f"/{next(_numbers)}")

    def __post_init__(self) -> None:
        record = {
            "type": "webhook-outgoing",
            "name": self.path,
            "enabled": True,
            "username": "rocket.cat",
            "channel": "all_public_channels",
            "token": TOKEN,
            "scriptEnabled": "script" in self.fields,
            "urls": [self.receiver.url + self.path],
            **self.fields,
        }
        self.id = ask(self.server.admin, "POST", "integrations.create", **record)["integration"]["_id"]

    def sent(self, count: int) -> list[dict[str, Any]]:
        """The bodies of all its requests, once there are so many; no further one is on its way."""
        wait_for(lambda: len(self._requests()) >= count)
        # history keeps no successes of private rooms
        assert self.total() <= count
        return [json.loads(request.body) for request in self._requests()]

    def one(self) -> dict[str, Any]:
        (body,) = self.sent(1)
        return body

    def total(self) -> int:
        """How many deliveries it has, of whatever state: they are committed with what they are of."""
        found = ask(self.server.admin, "GET", "integrations.deliveries", integrationId=self.id, state=STATES, count="1")
        total: int = found["total"]
        return total

    def _requests(self) -> list[Any]:
        return [request for request in self.receiver.requests if request.target == self.path]
