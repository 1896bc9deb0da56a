import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection

from engine import integrations
from engine.errors import InvalidParams, PlainError
from engine.integrations import Registry
from engine.model.json import JsonObject
from engine.scripts import SavedScript
from engine.store.integrations import disable_integration, get_integration
from engine.store.rooms import add_member
from tests.engine.registries import ADMIN, MANAGER, NOBODY, OWNER, Desk, incoming, outgoing

SENDS = "def prepare_outgoing_request(request):\n    return request\n"


def _incoming_update(record: JsonObject, **changes: Any) -> JsonObject:
    return incoming(integrationId=record["_id"], **{"username": ..., **changes})


def _outgoing_update(record: JsonObject, **changes: Any) -> JsonObject:
    return outgoing(integrationId=record["_id"], **changes)


def test_an_incoming_one_keeps_what_was_not_said_and_its_token(desk: Desk) -> None:
    before = desk.create(
        incoming(alias="A", avatar="http://a/b.png", script="x", overrideDestinationChannelEnabled=True)
    )
    after = desk.update(_incoming_update(before, name="new", channel="@nora", enabled=False, avatar=None, token="mine"))
    assert (after["name"], after["channel"], after["enabled"]) == ("new", ["@nora"], False)
    assert "avatar" not in after
    kept = ("_id", "alias", "script", "overrideDestinationChannelEnabled", "token", "username", "userId", "_createdAt")
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}
    assert after["_updatedBy"] == {"_id": ADMIN.id, "username": "admin"}
    assert desk.get(before["_id"]) == after


def test_an_incoming_one_can_post_as_somebody_else(desk: Desk) -> None:
    before = desk.create(incoming())
    after = desk.update(_incoming_update(before, username="nora"))
    assert (after["username"], after["userId"]) == ("nora", NOBODY.id)
    refused = desk.refused_update(_incoming_update(before, username="gone"))
    assert str(refused) == "Invalid Post As User [error-invalid-post-as-user]"
    assert refused.details == {"method": "updateIncomingIntegration"}


def test_an_outgoing_one_keeps_what_was_not_said(desk: Desk) -> None:
    before = desk.create(outgoing(token="secret", triggerWords=["!a"], alias="A", retryFailedCalls=True))
    after = desk.update(_outgoing_update(before, name="new", retryCount=2))
    kept = ("token", "triggerWords", "alias", "retryFailedCalls", "retryDelay")
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}
    assert (after["name"], after["retryCount"]) == ("new", 2)
    assert "triggerWords" not in desk.update(_outgoing_update(before, event="roomLeft"))
    assert desk.update(_outgoing_update(before, hookcell={"history": "off"}))["hookcell"] == {"history": "off"}
    assert "hookcell" not in desk.update(_outgoing_update(before, hookcell=None, name="newer"))


def test_an_outgoing_one_is_found_by_its_url_before_its_id(desk: Desk) -> None:
    first = desk.create(outgoing(urls=["http://93.184.216.34/a", "http://93.184.216.34/b"]))
    other = desk.create(outgoing())
    after = desk.update(_outgoing_update(other, target_url="http://93.184.216.34/b", name="found"))
    assert (after["_id"], after["name"]) == (first["_id"], "found")
    with pytest.raises(PlainError, match="No integration found"):
        desk.update(outgoing(target_url="http://93.184.216.34/c"))
    with pytest.raises(PlainError, match="No integration found"):
        desk.update(outgoing())


def test_an_update_of_the_other_kind_finds_nothing(desk: Desk) -> None:
    inside, outside = desk.create(incoming()), desk.create(outgoing())
    for body in (_outgoing_update(inside), _incoming_update(outside), incoming(integrationId="gone")):
        with pytest.raises(PlainError, match=r"^No integration found\.$"):
            desk.update(body)


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        (
            incoming(integrationId=...),
            ["must have required property 'integrationId'", "must have required property 'event'"],
        ),
        (
            outgoing(channel=...),
            ["must have required property 'integrationId'", "must have required property 'channel'"],
        ),
        (
            incoming(integrationId="x", surprise=1),
            ["must NOT have additional properties", "must have required property 'event'"],
        ),
    ],
)
def test_a_body_that_fits_neither_shape_is_told_the_problem_of_each(
    desk: Desk, body: JsonObject, messages: list[str]
) -> None:
    with pytest.raises(InvalidParams) as caught:
        desk.update(body)
    assert caught.value.messages == [*messages, "must match exactly one schema in oneOf"]


def test_the_channel_of_an_incoming_one_is_checked_before_the_permission(desk: Desk) -> None:
    record = desk.create(incoming())
    assert desk.refused_update(_incoming_update(record, channel="x"), NOBODY).code == (
        "error-invalid-channel-start-with-chars"
    )
    refused = desk.refused_update(_incoming_update(record, channel="#nowhere"), NOBODY)
    assert str(refused) == "Unauthorized [not_authorized]"
    assert refused.details == {"method": "updateIncomingIntegration"}
    assert desk.refused_update(_incoming_update(record, channel="#nowhere")).code == "error-invalid-room"


def test_the_whole_of_an_outgoing_one_is_checked_before_the_permission(desk: Desk) -> None:
    record = desk.create(outgoing())
    assert desk.refused_update(_outgoing_update(record, urls=...), NOBODY).code == "error-invalid-urls"
    refused = desk.refused_update(_outgoing_update(record, channel="all_public_channels"), NOBODY)
    assert str(refused) == "Unauthorized [not_authorized]"
    assert refused.details == {"method": "updateOutgoingIntegration"}


def test_with_the_own_permission_somebody_elses_is_not_found_in_either_kinds_words(desk: Desk) -> None:
    inside, outside = desk.create(incoming()), desk.create(outgoing())
    assert (
        str(desk.refused_update(_incoming_update(inside), OWNER)) == "Invalid integration [error-invalid-integration]"
    )
    assert str(desk.refused_update(_outgoing_update(outside), OWNER)) == (
        "[methods] updateOutgoingIntegration -> integration not found [invalid_integration]"
    )
    own = desk.create(outgoing(), OWNER)
    assert desk.update(_outgoing_update(own, name="mine"), OWNER)["_updatedBy"]["username"] == "olivia"
    desk.run(desk.registry.store.write(_join, MANAGER.id))
    assert desk.update(_outgoing_update(own, name="ours"), MANAGER)["_createdBy"]["username"] == "olivia"


def test_an_allowance_that_an_administrator_gave_stays_for_the_owner(desk: Desk) -> None:
    own = desk.create(outgoing(), OWNER)
    allowed = {"egressAllow": ["10.0.0.0/8"]}
    assert desk.refused_update(_outgoing_update(own, hookcell=allowed), OWNER).code == "not_authorized"
    desk.update(_outgoing_update(own, hookcell=allowed))
    assert desk.update(_outgoing_update(own, hookcell=allowed, name="b"), OWNER)["hookcell"] == allowed
    wider = {"egressAllow": ["10.0.0.0/8", "127.0.0.1"]}
    assert desk.refused_update(_outgoing_update(own, hookcell=wider), OWNER).code == "not_authorized"


def test_a_script_is_compiled_again_only_when_it_changes_or_is_turned_on(desk: Desk) -> None:
    record = desk.create(outgoing(script=SENDS, scriptEnabled=True))
    counting = _Counting(desk.registry)
    watched = Desk(desk.runner, counting.registry, desk.workspace)
    after = watched.update(_outgoing_update(record, scriptEnabled=True, name="new"))
    assert (counting.saved, after["scriptCompiled"]) == ([], record["scriptCompiled"])
    off = watched.update(_outgoing_update(record, scriptEnabled=False))
    assert "scriptCompiled" not in off and off["script"] == SENDS
    assert watched.update(_outgoing_update(record, scriptEnabled=True))["scriptCompiled"] == record["scriptCompiled"]
    broken = watched.update(_outgoing_update(record, scriptEnabled=True, script="def"))
    assert "scriptError" in broken and "scriptCompiled" not in broken
    assert counting.saved == [SENDS, "def"]
    saved = desk.run(desk.registry.store.read(get_integration, record["_id"]))
    assert saved is not None and saved.code is None


def test_a_change_by_somebody_else_in_between_is_not_lost(desk: Desk) -> None:
    record = desk.create(outgoing(token="a"))

    class Interfering(_Counting):
        async def save(self, source: str, kind: Any, /) -> SavedScript:
            if not self.saved:
                await desk.registry.store.write(disable_integration, record["_id"], "2026-01-01T00:00:00.000Z", 0)
            return await super().save(source, kind)

    interfering = Interfering(desk.registry)
    watched = Desk(desk.runner, interfering.registry, desk.workspace)
    body = _outgoing_update(record, script=SENDS, scriptEnabled=True, name="new", token=...)
    after = watched.update(body)
    assert len(interfering.saved) == 2 and after["name"] == "new"
    assert desk.get(record["_id"]) == after


def test_updates_at_once_all_succeed_one_after_the_other(desk: Desk) -> None:
    record = desk.create(outgoing())

    async def rename(name: str) -> Any:
        return (await integrations.update(desk.registry, ADMIN, _outgoing_update(record, name=name)))["integration"]

    async def both() -> tuple[Any, Any]:
        return await asyncio.gather(rename("a"), rename("b"))

    answered = desk.run(both())
    assert [record["name"] for record in answered] == ["a", "b"]
    assert desk.get(record["_id"]) in answered


def test_strict_wants_a_token_and_the_default_keeps_the_one_there_is(desk: Desk) -> None:
    record = desk.create(outgoing(token="a"))
    refused = desk.strict.refused_update(_outgoing_update(record, token=" "))
    assert (str(refused), refused.details) == (
        "Invalid token [error-invalid-token]",
        {"method": "updateOutgoingIntegration"},
    )
    assert desk.update(_outgoing_update(record))["token"] == "a"
    assert desk.strict.update(_outgoing_update(record, token="b"))["token"] == "b"


class _Counting:
    """Counts what the real one compiles."""

    def __init__(self, registry: Registry) -> None:
        self.saved: list[str] = []
        self._scripts = registry.scripts
        self.registry = Registry(
            registry.store, registry.workspace, self, registry.index, registry.policy, registry.resolver
        )

    async def save(self, source: str, kind: Any, /) -> SavedScript:
        self.saved.append(source)
        return await self._scripts.save(source, kind)


def _join(connection: Connection, user_id: str) -> None:
    add_member(connection, "GENERAL", user_id, 0)
