"""Permissions of both eras, given and taken away by permissions.update: they count from the next request on."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.api.servers import Running, running
from tests.engine.registries import incoming, outgoing

KINDS = {"incoming": incoming(), "outgoing": outgoing()}
OLD = ("manage-integrations", "manage-own-integrations")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("server")) as started:
        started.user("people", roles=["guest"])
        yield started


@pytest.fixture
def guest(server: Running) -> httpx2.Client:
    for kind in KINDS:
        give(server, f"manage-{kind}-integrations", "admin")
        give(server, f"manage-own-{kind}-integrations", "admin")
    for name in OLD:
        give(server, name)
    return server.login("people", "pw")


def give(server: Running, permission: str, *roles: str) -> None:
    body = {"permissions": [{"_id": permission, "roles": list(roles)}]}
    assert server.admin.post("/api/v1/permissions.update", json=body).status_code == 200


def created(client: httpx2.Client, body: object) -> str | None:
    """The new integration's id; None when it was not authorized."""
    answer = client.post("/api/v1/integrations.create", json=body)
    if answer.status_code == 200:
        return str(answer.json()["integration"]["_id"])
    assert (answer.status_code, answer.json()["errorType"]) == (400, "not_authorized")
    return None


def seen(client: httpx2.Client) -> set[str]:
    answer = client.get("/api/v1/integrations.list", params={"count": "0"})
    if answer.status_code == 403:
        return set()
    return {record["_id"] for record in answer.json()["integrations"]}


def test_the_old_names_are_there_without_roles(server: Running, guest: httpx2.Client) -> None:
    listed = server.admin.get("/api/v1/permissions.listAll").json()["update"]
    roles = {permission["_id"]: permission["roles"] for permission in listed}
    assert [roles[name] for name in OLD] == [[], []]
    assert {name: roles[name] for name in roles if "integrations" in name and name not in OLD} == {
        f"manage-{own}{kind}-integrations": ["admin"] for own in ("", "own-") for kind in KINDS
    }


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_permission_of_its_own(server: Running, guest: httpx2.Client, kind: str) -> None:
    assert [created(guest, body) for body in KINDS.values()] == [None, None]
    give(server, f"manage-own-{kind}-integrations", "admin", "guest")
    assert [created(guest, body) is not None for body in KINDS.values()] == [name == kind for name in KINDS]


@pytest.mark.parametrize("kind", KINDS)
def test_the_own_permission_shows_ones_own_and_the_other_all(server: Running, guest: httpx2.Client, kind: str) -> None:
    foreign = created(server.admin, KINDS[kind])
    give(server, f"manage-own-{kind}-integrations", "admin", "guest")
    own = created(guest, KINDS[kind])
    assert own in seen(guest) and foreign not in seen(guest)
    give(server, f"manage-{kind}-integrations", "admin", "guest")
    assert {own, foreign} <= seen(guest)


def test_the_old_permission_over_all_counts_as_both_new_ones(server: Running, guest: httpx2.Client) -> None:
    foreign = {created(server.admin, body) for body in KINDS.values()}
    give(server, "manage-integrations", "guest")
    assert foreign <= seen(guest)
    assert None not in [created(guest, body) for body in KINDS.values()]


def test_the_old_permission_over_own_ones_counts_as_both_new_ones(server: Running, guest: httpx2.Client) -> None:
    foreign = {created(server.admin, body) for body in KINDS.values()}
    give(server, "manage-own-integrations", "guest")
    own = {created(guest, body) for body in KINDS.values()}
    assert None not in own
    assert own <= seen(guest) and not foreign & seen(guest)


def test_no_role_at_all_denies_even_an_admin(server: Running, guest: httpx2.Client) -> None:
    for kind in KINDS:
        give(server, f"manage-{kind}-integrations")
        give(server, f"manage-own-{kind}-integrations")
    assert [created(server.admin, body) for body in KINDS.values()] == [None, None]
    assert server.admin.get("/api/v1/integrations.list").status_code == 403
