from typing import Any

import pytest

from engine import integrations
from engine.errors import PlainError
from engine.integrations import reading
from engine.paging import Page
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


def test_a_list_of_all_is_put_together_from_several_reads(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        desk.create(incoming(name=str(number)))
    monkeypatch.setattr(reading, "ROWS_A_READ", 2)
    assert _names(desk, ADMIN, Page(1, 0)) == ["1", "2", "3", "4"]
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    assert _names(desk, ADMIN) == ["0", "1", "2"]


def _names(desk: Desk, caller: Any, page: Page = EVERYTHING, **filters: str) -> list[str]:
    answer: Any = desk.run(integrations.list_visible(desk.registry, caller, page, **filters))
    return [record["name"] for record in answer["integrations"]]
