"""The server that facts are tried on: its people, each with other permissions, its rooms, and how it is started."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.api.servers import Running

SETTINGS: dict[str, dict[str, Any]] = {
    "default": {},
    "strict": {"strict_compat": True},
    "opened": {"allow_unsafe_query_and_fields_api_params": True},
    "frozen": {"freeze_integration_scripts": True},
}

# Roles that nothing else here needs, so that each of the people has one of their own.
PEOPLE = {
    # manages every integration of both kinds, without the permissions for own ones
    "manager": "moderator",
    # manages own ones of both kinds
    "owner": "leader",
    # manages own ones of both kinds, and every incoming one
    "mixed": "owner",
    "insider": "guest",
    "outsider": "anonymous",
    "nobody": "user",
}
PERMISSIONS = {
    "manage-incoming-integrations": ["admin", "moderator", "owner"],
    "manage-own-incoming-integrations": ["admin", "leader", "owner", "guest"],
    "manage-outgoing-integrations": ["admin", "moderator"],
    "manage-own-outgoing-integrations": ["admin", "leader", "owner", "anonymous"],
}


@dataclass
class Stage:
    """`ids` has the `_id` of everybody and of every room, by name; `given` what rows were given so far."""

    server: Running
    mode: str
    people: dict[str, httpx2.Client]
    ids: dict[str, str] = field(default_factory=dict)
    given: dict[int, dict[str, Mapping[str, Any]]] = field(default_factory=dict)


def furnished(server: Running, mode: str) -> Stage:
    people = {"admin": server.admin, "": server.client}
    ids = {"rocket.cat": "rocket.cat", "general": "GENERAL", "admin": server.admin.headers["X-User-Id"]}
    for name, role in PEOPLE.items():
        people[name] = server.user(name, roles=[role])
        ids[name] = people[name].headers["X-User-Id"]
    for endpoint, key, name in (
        ("channels.create", "channel", "elsewhere"),
        ("channels.create", "channel", "quiet"),
        ("groups.create", "group", "secret"),
        ("groups.create", "group", "hush"),
    ):
        answer = server.admin.post(f"/api/v1/{endpoint}", json={"name": name, "members": ["mixed"]})
        assert answer.status_code == 200, answer.text
        ids[name] = answer.json()[key]["_id"]
    body = {"permissions": [{"_id": name, "roles": roles} for name, roles in PERMISSIONS.items()]}
    assert server.admin.post("/api/v1/permissions.update", json=body).status_code == 200
    return Stage(server, mode, people, ids)
