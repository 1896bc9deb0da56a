from collections import Counter

import pytest

from engine.delivery import places
from engine.delivery.places import Places, Sharing, WorkerLimits
from engine.model.deliveries import Claim

A, B, C = "http://a:80", "http://b:80", "http://c:80"


def held(seq: int, destination: str, integration: str = "i") -> Claim:
    return Claim(seq, "w", 1, destination, integration)


def test_each_destination_has_one_before_any_has_two_and_none_more_than_its_share() -> None:
    free = Places(WorkerLimits(20, 0, 3, 20))
    assert free.sharing().deal((A, B)) == {A: 3, B: 3}
    assert Places(WorkerLimits(4, 0, 3, 20)).sharing().deal((A, B, C)) == {A: 2, B: 1, C: 1}
    free.take(held(1, A))
    free.take(held(2, A))
    assert free.sharing().deal((A, B)) == {A: 1, B: 3}


def test_where_there_are_fewer_places_than_destinations_they_take_turns() -> None:
    places = Places(WorkerLimits(2, 0, 1, 20))
    turns = []
    for seq in range(6):
        (next_one, *_) = places.sharing().deal((A, B, C))
        claim = held(seq, next_one)
        places.take(claim)
        places.leave(claim)
        turns.append(next_one)
    assert turns == [A, B, C, A, B, C]


def test_those_that_have_least_come_first() -> None:
    places = Places(WorkerLimits(4, 0, 3, 20))
    for seq in range(2):
        places.take(held(seq, C))
    assert places.sharing().deal((A, C)) == {A: 2}
    assert places.sharing().deal((C,)) == {C: 1}


def test_a_destination_that_did_not_answer_has_one_place_until_it_does() -> None:
    places = Places(WorkerLimits(20, 0, 8, 20))
    claim = held(1, A)
    places.take(claim)
    places.answered(claim, heard=False)
    assert places.sharing().deal((A,)) == {A: 1}
    places.take(held(2, A))
    assert places.sharing().deal((A,)) == {}
    places.answered(claim, heard=None)
    assert places.sharing().deal((A,)) == {}
    places.answered(claim, heard=True)
    assert places.sharing().deal((A,)) == {A: 7}
    places.answered(claim, heard=None)
    assert places.sharing().deal((A,)) == {A: 7}


def test_a_destination_that_answered_has_the_place_back_and_its_integration_when_it_is_ended() -> None:
    places = Places(WorkerLimits(20, 0, 1, 1))
    claim = held(1, A)
    places.take(claim)
    assert places.sharing().full == ("i",) and places.sharing().deal((A,)) == {}
    places.answered(claim, heard=True)
    assert places.sharing().full == ("i",) and places.sharing().deal((A,)) == {A: 1}
    places.leave(claim)
    assert places.sharing().full == ()


def test_no_integration_has_more_than_its_share_whoever_the_dealt_ones_are_of() -> None:
    places = Places(WorkerLimits(20, 0, 8, 5))
    for seq in range(3):
        places.take(held(seq, A))
    sharing = places.sharing()
    assert sum(sharing.deal((A, B, C)).values()) == 2
    sharing = sharing.after([held(8, B), held(9, B)])
    assert sharing.full == ("i",)
    assert sum(sharing.deal((A, B, C)).values()) == 5


def test_the_last_places_are_for_destinations_with_nothing_in_flight_that_do_not_fail() -> None:
    limits = WorkerLimits(12, 4, 4, 20)
    places = Places(limits)
    for at, heard in ((A, True), (B, False)):
        places.answered(held(0, at), heard=heard)
    for seq in range(8):
        places.take(held(seq, f"http://{seq}:80", f"{seq}"))
    busy = "http://0:80"
    due = (busy, A, B, C)
    assert places.sharing().deal(due) == {A: 1} and new_ones(places.sharing(), due) == {C: 1}
    places.take(held(8, "http://8:80", "8"))
    places.take(held(9, "http://9:80", "9"))
    assert places.sharing().deal(due) == {A: 1} and new_ones(places.sharing(), due) is None


def test_of_the_reserve_an_integration_has_few_places_at_destinations_nobody_has_heard_of() -> None:
    places = Places(WorkerLimits(20, 12, 1, 20, new_ones=2))
    for seq in range(8):
        places.take(held(seq, f"http://{seq}:80", "silent"))
    assert places.sharing().full == () and places.sharing().deal((A, B, C)) == {}
    rest = places.sharing().of_new_ones((A, B, C))
    assert rest is not None and rest.full == ("silent",) and rest.deal((A, B, C)) == {A: 1, B: 1}
    rest = rest.after([held(8, A, "one"), held(9, B, "other")])
    assert rest.deal((A, B, C)) == {C: 1}
    # what is heard of counts no more
    for seq in range(8):
        places.answered(held(seq, f"http://{seq}:80", "silent"), heard=True)
    rest = places.sharing().of_new_ones((A, B, C))
    assert rest is not None and rest.full == ()


def new_ones(sharing: Sharing, due: tuple[str, ...]) -> dict[str, int] | None:
    rest = sharing.of_new_ones(due)
    return None if rest is None else rest.deal(due)


def test_what_is_known_of_destinations_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MAX_KNOWN", 2)
    some = Places(WorkerLimits(20, 0, 8, 20))
    for at in (A, B, C):
        some.answered(held(0, at), heard=False)
    assert some.sharing().deal((A, B, C)) == {A: 8, B: 1, C: 1}


def test_a_deal_of_many_that_may_have_nothing_is_empty() -> None:
    places = Places(WorkerLimits(4, 2, 8, 20))
    for seq in range(3):
        places.take(held(seq, f"http://{seq}:80", f"{seq}"))
    assert Counter(places.sharing().deal(tuple(f"http://{n}:80" for n in range(9)))) == Counter()
