from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select, update

from engine import integrations
from engine.errors import InvalidParams, PlainError
from engine.model.json import JsonObject
from engine.store.integrations import delete_integration
from engine.store.schema import deliveries, events, integration_revisions, runs
from tests.engine.registries import NOBODY, OWNER, Desk, incoming, outgoing

REMOVED = (deliveries, runs, integration_revisions)


def test_removing_answers_the_record_and_leaves_nothing_of_it(desk: Desk) -> None:
    record, other = desk.create(outgoing()), desk.create(outgoing())
    for id in (record["_id"], other["_id"]):
        desk.run(desk.registry.store.write(_history, id, 250))
    assert desk.remove({"type": "webhook-outgoing", "integrationId": record["_id"]}) == record
    with pytest.raises(PlainError, match="The integration does not exists"):
        desk.get(record["_id"])
    assert _left(desk, record["_id"]) == [0, 0, 0]
    assert _left(desk, other["_id"]) == [250, 250, 1]
    with pytest.raises(PlainError, match=r"^No integration found\.$"):
        desk.remove({"type": "webhook-outgoing", "integrationId": record["_id"]})


def test_a_delivery_that_is_being_worked_finds_no_row_to_end(desk: Desk) -> None:
    record = desk.create(outgoing())
    desk.run(desk.registry.store.write(_history, record["_id"], 1))
    desk.run(desk.registry.store.write(_claim, record["_id"]))
    desk.remove({"type": "webhook-outgoing", "integrationId": record["_id"]})
    assert desk.run(desk.registry.store.write(_end)) == 0


def test_a_removal_that_was_interrupted_is_finished_at_the_next_start(desk: Desk) -> None:
    record, other = desk.create(incoming()), desk.create(incoming())
    for id in (record["_id"], other["_id"]):
        desk.run(desk.registry.store.write(_history, id, 3))
    desk.run(desk.registry.store.write(delete_integration, record["_id"]))
    desk.run(integrations.finish_removals(desk.registry.store))
    assert (_left(desk, record["_id"]), _left(desk, other["_id"])) == ([0, 0, 0], [3, 3, 1])


def test_an_outgoing_one_is_removed_by_one_of_its_urls(desk: Desk) -> None:
    record = desk.create(outgoing(urls=["http://a.example/1", "http://a.example/2"]))
    assert desk.remove({"type": "webhook-outgoing", "target_url": "http://a.example/2"}) == record
    with pytest.raises(PlainError, match="No integration found"):
        desk.remove({"type": "webhook-outgoing", "target_url": "http://a.example/2"})


def test_the_type_is_compared_with_the_records(desk: Desk) -> None:
    inside, outside = desk.create(incoming()), desk.create(outgoing())
    for type, record in (("webhook-outgoing", inside), ("webhook-incoming", outside)):
        with pytest.raises(PlainError, match=r"^No integration found\.$"):
            desk.remove({"type": type, "integrationId": record["_id"]})
        assert desk.get(record["_id"]) == record
    with pytest.raises(PlainError, match=r"^Invalid integration type\.$"):
        desk.remove({"type": "webhook-incoming-invalid", "integrationId": inside["_id"]})


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        ({}, ["must have required property 'type'"]),
        (
            {"type": "webhook-outgoing"},
            [
                "must have required property 'integrationId'",
                "must have required property 'target_url'",
            ],
        ),
        ({"type": "webhook-outgoing", "integrationId": "a", "target_url": "b"}, []),
    ],
)
def test_a_body_must_fit_exactly_one_shape(desk: Desk, body: JsonObject, messages: list[str]) -> None:
    with pytest.raises(InvalidParams) as caught:
        desk.remove(body)
    assert caught.value.messages == [*messages, "must match exactly one schema in oneOf"]


@pytest.mark.parametrize(
    ("make", "type", "method"),
    [
        (incoming, "webhook-incoming", "deleteIncomingIntegration"),
        (outgoing, "webhook-outgoing", "deleteOutgoingIntegration"),
    ],
)
def test_only_who_manages_the_kind_or_created_it_removes_it(desk: Desk, make: Any, type: str, method: str) -> None:
    record, own = desk.create(make()), desk.create(make(), OWNER)
    body: JsonObject = {"type": type, "integrationId": record["_id"]}
    refused = desk.refused(integrations.remove(desk.registry, NOBODY, body))
    assert (str(refused), refused.details) == ("Unauthorized [not_authorized]", {"method": method})
    refused = desk.refused(integrations.remove(desk.registry, OWNER, body))
    assert (str(refused), refused.details) == ("Invalid integration [error-invalid-integration]", {"method": method})
    assert desk.remove({"type": type, "integrationId": own["_id"]}, OWNER) == own


def _left(desk: Desk, id: str) -> list[int]:
    def count(connection: Connection) -> list[int]:
        found = [select(func.count()).select_from(table).where(table.c.integration_id == id) for table in REMOVED]
        return [connection.execute(statement).scalar_one() for statement in found]

    return desk.run(desk.registry.store.read(count))


def _history(connection: Connection, integration_id: str, rows: int) -> None:
    event = {"workspace": "w", "source": "s", "source_id": integration_id, "event": "sendMessage"}
    event_id = connection.execute(
        insert(events).values(**event, payload={}, chain=[], created_at=0).returning(events.c.id)
    ).scalar_one()
    common = {"integration_id": integration_id, "revision": 1, "size": 0, "created_at": 0, "updated_at": 0}
    delivery = {"workspace": "w", "event_id": event_id, "url": "u", "destination": "d", "order_key": "k"}
    state = {"state": "pending", "due": 0, "attempts": 0, "interruptions": 0, "lease": 0, "prepared": False}
    ids = [f"{integration_id}-{number}" for number in range(rows)]
    connection.execute(insert(deliveries), [{"id": id, **common, **delivery, **state} for id in ids])
    connection.execute(insert(runs), [{"id": id, **common, "state": "finished"} for id in ids])


def _claim(connection: Connection, integration_id: str) -> None:
    claimed = update(deliveries).where(deliveries.c.integration_id == integration_id)
    connection.execute(claimed.values(state="claimed", worker="me", lease=7))


def _end(connection: Connection) -> int:
    ended = update(deliveries).where(deliveries.c.worker == "me", deliveries.c.lease == 7)
    return int(connection.execute(ended.values(state="finished")).rowcount)
