"""One fact of `/hooks`, as one row: what the hook is, what is sent, what the sender and the channel get."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.api.hooks import Hook
from tests.api.servers import Running

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_made: dict[tuple[str, str], Hook] = {}
JSON = {"Content-Type": "application/json"}
OK = {"success": True}


@dataclass(frozen=True)
class Fact:
    """`posted` names the fields of the one message that is posted, None where nothing is; absent fields are None.

    `strict` has what differs under HOOKCELL_STRICT_COMPAT. `error` is short for a 400 with that error.
    """

    sent: dict[str, Any]
    posted: dict[str, Any] | None = None
    error: str | None = None
    status: int = 200
    answer: dict[str, Any] | None = None
    hook: dict[str, Any] = field(default_factory=dict)
    strict: "Fact | None" = None


def check(server: Running, fact: Fact) -> None:
    hook = _hook(server, fact.hook)
    if server.engine.settings.strict_compat and fact.strict is not None:
        fact = fact.strict
    before = hook.total()
    answer = hook.post(**fact.sent)
    status = 400 if fact.error is not None else fact.status
    body = {"success": False, "error": fact.error} if fact.error is not None else fact.answer or OK
    assert (answer.status_code, answer.json()) == (status, body)
    assert hook.total() - before == (0 if fact.posted is None else 1)
    if fact.posted is not None:
        message = hook.messages(count="1")[0]
        assert {key: message.get(key) for key in fact.posted} == fact.posted


def _hook(server: Running, fields: dict[str, Any]) -> Hook:
    """Facts of hooks that are configured alike share one."""
    key = (str(server.client.base_url), json.dumps(fields))
    if key not in _made:
        _made[key] = Hook(server, **fields)
    return _made[key]


def sends(posted: dict[str, Any] | None = None, /, *, error: str | None = None, **body: Any) -> Fact:
    """A fact of a JSON body."""
    return Fact({"json": body}, posted, error)
