from typing import Any

import pytest
from sqlalchemy import Connection, insert

from engine import integrations, searching
from engine.dates import iso
from engine.errors import PlainError
from engine.integrations import reading
from engine.integrations.reading import DAY_MS
from engine.model.json import JsonObject
from engine.model.messages import Room, User
from engine.paging import Page
from engine.querying import parse_query
from engine.store.schema import deliveries, events, runs
from engine.trace import now_ms
from tests.engine.registries import ADMIN, MANAGER, NOBODY, OWNER, Desk, incoming, outgoing

EVERYTHING = Page(0, 0)


def test_who_may_see_a_record_gets_all_of_it(desk: Desk) -> None:
    record = desk.create(incoming(script="x"), OWNER)
    for caller in (OWNER, ADMIN, MANAGER):
        assert desk.get(record["_id"], caller) == record
    with pytest.raises(PlainError, match=r"^not-authorized$"):
        desk.get(record["_id"], NOBODY)
    with pytest.raises(PlainError, match=r"^not-authorized$"):
        desk.get(desk.create(incoming())["_id"], OWNER)


def test_an_unknown_one_and_one_of_another_creator_do_not_exist(desk: Desk) -> None:
    record = desk.create(incoming())
    assert desk.get(record["_id"], created_by=ADMIN.id) == record
    for id, creator in ((record["_id"], OWNER.id), ("gone", ADMIN.id)):
        with pytest.raises(PlainError, match=r"^The integration does not exists\.$"):
            desk.get(id, created_by=creator)


def test_a_list_is_everything_for_who_manages_all_and_ones_own_else(desk: Desk) -> None:
    names = {"in": ADMIN, "out": ADMIN, "own in": OWNER, "own out": OWNER}
    for name, caller in names.items():
        desk.create((incoming if name.endswith("in") else outgoing)(name=name), caller)
    assert _names(desk, ADMIN) == _names(desk, MANAGER) == [*names]
    assert _names(desk, OWNER) == ["own in", "own out"]
    assert _names(desk, NOBODY) == []


def test_both_own_permissions_and_one_for_all_are_a_union_except_in_strict(desk: Desk) -> None:
    for name, caller in {"in": ADMIN, "out": ADMIN, "own out": OWNER}.items():
        desk.create((incoming if name == "in" else outgoing)(name=name), caller)
    desk.allow("manage-incoming-integrations", "owning")
    assert _names(desk, OWNER) == ["in", "own out"]
    assert _names(desk.strict, OWNER) == ["own out"]
    desk.allow("manage-outgoing-integrations", "owning")
    assert _names(desk.strict, OWNER) == ["in", "out", "own out"]


def test_a_list_is_filtered_by_part_of_the_name_in_any_case_and_by_type(desk: Desk) -> None:
    for name in ("Über 100%", "uber", "1000 and more"):
        desk.create(incoming(name=name))
    desk.create(outgoing(name="über alles"))
    assert _names(desk, ADMIN, name="ÜBER") == ["Über 100%", "über alles"]
    assert _names(desk, ADMIN, name="100%") == ["Über 100%"]
    assert _names(desk, ADMIN, name="%") == ["Über 100%"]
    assert _names(desk, ADMIN, type="webhook-outgoing") == ["über alles"]
    assert _names(desk, ADMIN, type="other") == []


def test_a_list_is_cut_and_sorted(desk: Desk) -> None:
    for name, username in (("b", "nora"), ("a", "rocket.cat"), ("c", "martin")):
        desk.create(incoming(name=name, username=username))
    assert _names(desk, ADMIN) == ["b", "a", "c"]
    assert _names(desk, ADMIN, Page(0, 0, (("name", 1),))) == ["a", "b", "c"]
    assert _names(desk, ADMIN, Page(0, 0, (("username", -1),))) == ["a", "b", "c"]
    assert _names(desk, ADMIN, Page(0, 0, (("type", 1), ("name", -1)))) == ["c", "b", "a"]
    answer = desk.run(integrations.list_visible(desk.registry, ADMIN, Page(1, 1)))
    assert {key: value for key, value in answer.items() if key != "integrations"} == {
        "offset": 1,
        "items": 1,
        "count": 1,
        "total": 3,
    }


def test_a_list_is_sorted_by_any_field_and_one_that_no_record_has_leaves_it_as_it_is(desk: Desk) -> None:
    desk.create(incoming(name="b", alias="x"), OWNER)
    desk.create(outgoing(name="a", retryCount=10))
    desk.create(incoming(name="c", alias="w", hookcell={"loopDepth": 7}))
    desk.create(outgoing(name="d", alias="x", retryCount=9))
    for sort, names in (
        ({"alias": 1}, ["a", "c", "b", "d"]),
        ({"alias": -1}, ["b", "d", "c", "a"]),
        ({"retryCount": -1}, ["a", "d", "b", "c"]),
        ({"_createdBy.username": -1, "name": -1}, ["b", "d", "c", "a"]),
        ({"hookcell.loopDepth": -1}, ["c", "b", "a", "d"]),
        ({"nonsense": -1}, ["b", "a", "c", "d"]),
        ({"a'b\"c": 1, "": 1, "x.": 1, "$where": -1}, ["b", "a", "c", "d"]),
    ):
        assert _names(desk, ADMIN, Page(0, 0, tuple(sort.items()))) == names, sort


def test_a_query_is_asked_of_every_record_that_is_seen_and_pages_are_cut_from_what_fits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        desk.create((incoming if number % 2 else outgoing)(name=str(number)), OWNER if number == 3 else ADMIN)
    monkeypatch.setattr(reading, "ROWS_A_READ", 2)
    monkeypatch.setattr(searching, "RECORDS_A_READ", 2)
    odd = parse_query('{"type": "webhook-incoming"}')
    answer = desk.run(
        integrations.list_visible(desk.registry, ADMIN, Page(1, 1, (("name", -1),)), query=odd, shown=_only_name)
    )
    assert answer == {"integrations": [{"name": "3"}], "offset": 1, "items": 1, "count": 1, "total": 3}
    assert _names(desk, OWNER, query=odd) == ["3"]
    monkeypatch.setattr(searching, "MAX_SEARCHED", 5)
    assert "over 5 records" in str(desk.refused(integrations.list_visible(desk.registry, ADMIN, EVERYTHING, query=odd)))


def _only_name(record: JsonObject) -> JsonObject:
    return {"name": record["name"]}


def test_a_rooms_integrations_name_it_or_with_groups_all_of_its_kind(desk: Desk) -> None:
    for channel in ("#general", "#GENERAL,@nora", "@nora", "all_public_channels", "all_private_groups"):
        desk.create(outgoing(name=channel, channel=channel))
    desk.create(outgoing(name="every", channel=...))
    desk.create(outgoing(name="no room", channel=..., event="roomCreated"))
    desk.create(incoming(name="in"), OWNER)
    named, every = ["#general", "#GENERAL,@nora"], ["all_public_channels", "every"]
    room = desk.run(desk.workspace.room(name="general"))
    secret = desk.run(desk.workspace.room(name="secret"))
    assert room is not None and secret is not None

    def names(caller: User, room: Room, groups: bool, page: Page = EVERYTHING) -> tuple[list[str], Any]:
        answer: Any = desk.run(integrations.list_of_room(desk.registry, caller, room, page, groups=groups))
        assert answer["count"] == len(answer["integrations"])
        return [record["name"] for record in answer["integrations"]], answer["total"]

    assert names(ADMIN, room, groups=False) == ([*named, "in"], 3)
    assert names(ADMIN, room, groups=True) == ([*named, *every, "in"], 5)
    assert names(ADMIN, room, True, Page(1, 2)) == (["#GENERAL,@nora", "all_public_channels"], 5)
    assert names(OWNER, room, groups=True) == (["in"], 1)
    assert names(ADMIN, secret, groups=True) == (["all_private_groups"], 1)
    assert names(ADMIN, secret, groups=False) == ([], 0)


def test_statistics_tell_the_last_run_the_last_failure_and_the_failures_of_a_day(desk: Desk) -> None:
    busy, quiet, inside = desk.create(outgoing()), desk.create(outgoing()), desk.create(incoming())
    now = now_ms()
    for id, state, at in (
        (busy["_id"], "failed", now - 2 * DAY_MS),
        (busy["_id"], "failed", now - 5_000),
        (busy["_id"], "finished", now - 1_000),
        (quiet["_id"], "pending", now),
    ):
        desk.run(desk.registry.store.write(_delivery, id, state, at))
    for number, state in enumerate(("refused", "interrupted", "failed", "running")):
        desk.run(desk.registry.store.write(_run, inside["_id"], state, now - 10 * (10 - number)))
    answer: Any = desk.run(integrations.list_visible(desk.registry, ADMIN, EVERYTHING, stats=True))
    told = {record["_id"]: record for record in answer["integrations"]}
    keys = ("lastRun", "lastFailure", "failures24h")
    assert [told[busy["_id"]][key] for key in keys] == [iso(now - 1_000), iso(now - 5_000), 1]
    assert [told[quiet["_id"]][key] for key in keys] == [None, None, 0]
    assert [told[inside["_id"]][key] for key in keys] == [iso(now - 70), iso(now - 80), 2]
    assert told[busy["_id"]].items() >= busy.items()


def _delivery(connection: Connection, integration_id: str, state: str, at: int) -> None:
    event = {"workspace": "w", "source": "s", "source_id": f"{integration_id}{at}", "event": "sendMessage"}
    event_id = connection.execute(
        insert(events).values(**event, payload={}, chain=[], created_at=0).returning(events.c.id)
    ).scalar_one()
    row = {"id": f"{integration_id}{at}", "integration_id": integration_id, "revision": 1, "event_id": event_id}
    row |= {"workspace": "w", "url": "u", "destination": "d", "order_key": "k", "state": state, "due": 0, "lease": 0}
    row |= {"attempts": 0, "interruptions": 0, "prepared": False, "size": 0 if state == "pending" else 1}
    connection.execute(insert(deliveries).values(**row, created_at=at, updated_at=at))


def _run(connection: Connection, integration_id: str, state: str, at: int) -> None:
    row = {"id": f"{integration_id}{at}", "integration_id": integration_id, "revision": 1, "state": state, "size": 0}
    connection.execute(insert(runs).values(**row, created_at=at, updated_at=at))


def test_a_list_of_all_is_put_together_from_several_reads(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        desk.create(incoming(name=str(number)))
    monkeypatch.setattr(reading, "ROWS_A_READ", 2)
    assert _names(desk, ADMIN, Page(1, 0)) == ["1", "2", "3", "4"]
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    assert _names(desk, ADMIN) == ["0", "1", "2"]


def _names(desk: Desk, caller: Any, page: Page = EVERYTHING, **filters: Any) -> list[str]:
    answer: Any = desk.run(integrations.list_visible(desk.registry, caller, page, **filters))
    return [record["name"] for record in answer["integrations"]]


def test_a_list_of_large_records_ends_early_and_goes_on_from_there(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS_A_READ", 2)
    monkeypatch.setattr(reading, "MAX_ANSWER_BYTES", 6_000)
    for name in "abcd":
        desk.create(outgoing(name=name, urls=[f"https://example.com/{'u' * 2_000}"]))
    for name in "ef":
        desk.create(incoming(name=name, script="#" * 2_000))

    def listed(offset: int, query: str | None = None) -> tuple[list[str], int]:
        page, asked = Page(offset, 0, (("name", 1),)), None if query is None else parse_query(query)
        body: Any = desk.run(integrations.list_visible(desk.registry, ADMIN, page, query=asked))
        return [record["name"] for record in body["integrations"]], body["total"]

    assert [listed(0), listed(4)] == [(["a", "b", "c", "d"], 6), (["e", "f"], 6)]
    monkeypatch.setattr(searching, "MAX_ANSWER_BYTES", 6_000)
    assert [listed(0, "{}"), listed(3, "{}")] == [(["a", "b", "c"], 6), (["d", "e", "f"], 6)]
