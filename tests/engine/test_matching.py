from dataclasses import replace
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from engine.hearing import Match, Occurrence, OutgoingEntry, explain, fires
from engine.matching import Index, build_index
from engine.model.events import Event, EventName
from engine.model.messages import Message, Room, User
from tests.engine.test_hearing import ENTRY, PUBLIC, said

ROOMS = (
    PUBLIC,
    Room("R2", "p", "secret", 0),
    Room("general", "c", "R1", 0),
    Room("u1u2", "d", None, 0, members=(("u1", "ann"), ("u2", "bob"))),
    Room("u1u1", "d", None, 0, members=(("u1", "ann"),)),
    Room("L", "l", None, 0),
)
CHANNELS = (
    *("all_public_channels", "all_private_groups", "all_direct_messages"),
    *("#general", "#R1", "#secret", "#L", "@u1", "@u2", "@ann", "@bob", "general"),
)

texts = st.text("ab!", max_size=5)
names = st.sampled_from(get_args(EventName))
entries = st.builds(
    replace,
    st.just(ENTRY),
    id=st.text("xyz", min_size=1, max_size=2),
    revision=st.integers(1, 9),
    event=names,
    channels=st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=4).map(tuple),
    words=st.lists(st.text("ab!", min_size=1, max_size=3), max_size=3).map(tuple),
    trigger_word_anywhere=st.booleans(),
    run_on_edits=st.booleans(),
    created_at=st.sampled_from(("2026-01-01", "2026-01-02")),
)


@st.composite
def events(draw: st.DrawFn) -> Event:
    name = draw(names)
    room = draw(st.one_of(st.none(), st.sampled_from(ROOMS)))
    user = draw(st.one_of(st.none(), st.sampled_from(("u1", "u2")).map(_user)))
    message = None
    if name in ("sendMessage", "fileUploaded"):
        edited_at = draw(st.one_of(st.none(), st.just(1)))
        message = Message("m", "r", "u1", "ann", 0, draw(texts), edited_at=edited_at)
    return Event(name, "w", "s", "m", 0, user, room, message)


@given(st.lists(entries, max_size=12), st.lists(events(), min_size=1, max_size=4))
def test_the_index_finds_exactly_what_asking_everybody_finds(found: list[OutgoingEntry], asked: list[Event]) -> None:
    held = {entry.id: entry for entry in found}
    index = build_index(1, found)
    for event in asked:
        assert index.match(event) == _everybody(held, event)


@given(st.lists(st.tuples(st.lists(entries, max_size=3), st.lists(st.text("xyz", max_size=2), max_size=3)), max_size=6))
def test_an_index_that_was_changed_is_the_one_built_anew(
    changes: list[tuple[list[OutgoingEntry], list[str]]],
) -> None:
    index, held = Index(0), dict[str, OutgoingEntry]()
    for version, (changed, gone) in enumerate(changes, 1):
        before = Index(index.version, dict(index.entries), dict(index.buckets))
        following = index.changed(version, changed, gone)
        assert index == before
        held = {id: entry for id, entry in held.items() if id not in gone} | {entry.id: entry for entry in changed}
        index = following
        assert index.entries == held and index.version == version
        assert index.buckets.keys() == build_index(version, held.values()).buckets.keys()
    for room in ROOMS:
        event = said("!ab", room)
        assert index.match(event) == _everybody(held, event)


@given(entries, events())
def test_what_is_explained_is_what_fires(entry: OutgoingEntry, event: Event) -> None:
    assert all(finding.passed for finding in explain(entry, event)) == (fires(entry, Occurrence.of(event)) is not None)


def test_one_that_is_heard_in_several_ways_fires_once_and_the_oldest_first() -> None:
    channels = ("#general", "#R1", "all_public_channels", "#general")
    newer = replace(ENTRY, id="a", channels=channels, words=("a", "ab", "abc"), created_at="2026-02-01")
    older = replace(ENTRY, id="b", channels=channels, words=("b", "a"), trigger_word_anywhere=True)
    assert build_index(1, [newer, older]).match(said("abc")) == [Match(older, "b"), Match(newer, "a")]


def _everybody(held: dict[str, OutgoingEntry], event: Event) -> list[Match]:
    occurrence = Occurrence.of(event)
    found = [match for entry in held.values() if (match := fires(entry, occurrence)) is not None]
    return sorted(found, key=lambda match: (match.entry.created_at, match.entry.id))


def _user(id: str) -> User:
    return User(id, id, id, "user", (), True)
