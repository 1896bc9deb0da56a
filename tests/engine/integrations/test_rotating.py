import pytest

from engine import integrations
from engine.errors import PlainError
from tests.engine.registries import ADMIN, NOBODY, OWNER, Desk, incoming, outgoing


def test_an_incoming_one_gets_a_new_token_and_nothing_else_changes(desk: Desk) -> None:
    before = desk.create(incoming(script="x"), OWNER)
    answer = desk.run(integrations.rotate_token(desk.registry, ADMIN, before["_id"]))
    after = answer["integration"]
    assert isinstance(after, dict) and after["token"] != before["token"] and len(str(after["token"])) == 48
    assert after["_updatedBy"] == {"_id": ADMIN.id, "username": ADMIN.username}
    changed = ("token", "_updatedAt", "_updatedBy")
    assert {key: value for key, value in after.items() if key not in changed} == {
        key: value for key, value in before.items() if key not in changed
    }
    assert desk.get(before["_id"]) == after


def test_who_may_not_change_an_integration_may_not_rotate_its_token(desk: Desk) -> None:
    record = desk.create(incoming())
    details = {"method": "rotateIncomingIntegrationToken"}
    refused = desk.refused(integrations.rotate_token(desk.registry, NOBODY, record["_id"]))
    assert (str(refused), refused.details) == ("Unauthorized [not_authorized]", details)
    refused = desk.refused(integrations.rotate_token(desk.registry, OWNER, record["_id"]))
    assert (str(refused), refused.details) == ("Invalid integration [error-invalid-integration]", details)
    assert desk.get(record["_id"]) == record


def test_only_an_incoming_integration_has_a_token_to_rotate(desk: Desk) -> None:
    for id in ("gone", desk.create(outgoing(token="mine"))["_id"]):
        with pytest.raises(PlainError, match=r"^No integration found\.$"):
            desk.run(integrations.rotate_token(desk.registry, ADMIN, id))
