from dataclasses import replace

import pytest

from engine.hearing import Finding, Occurrence, OutgoingEntry, explain, fires
from engine.model.events import Event, EventName
from engine.model.integrations import from_record
from engine.model.json import JsonObject
from engine.model.messages import Message, Room, User

PUBLIC = Room("R1", "c", "general", 0)
PRIVATE = Room("R2", "p", "secret", 0)
LIVECHAT = Room("R3", "l", "visitor", 0)
SENDER = User("u1", "ann", "Ann", "user", (), True)
DIRECT = Room("u1u2", "d", None, 0, members=(("u1", "ann"), ("u2", "bob")))

ENTRY = OutgoingEntry(
    id="a",
    revision=1,
    event="sendMessage",
    channels=("#general",),
    urls=("http://x",),
    words=(),
    trigger_word_anywhere=False,
    run_on_edits=False,
    user_id="rocket.cat",
    history=None,
    loop_guard=True,
    loop_depth=3,
    created_at="2026-01-01T00:00:00.000Z",
)


def said(text: str, room: Room | None = PUBLIC, *, edited_at: int | None = None) -> Event:
    message = Message("m", "R1", SENDER.id, SENDER.username, 0, text, edited_at=edited_at)
    return Event("sendMessage", "w", "message", "m", 0, SENDER, room, message)


def happened(event: EventName, room: Room | None = PUBLIC) -> Event:
    return Event(event, "w", "s", "s", 0, SENDER, room)


def _fires(entry: OutgoingEntry, event: Event) -> bool:
    return fires(entry, Occurrence.of(event)) is not None


@pytest.mark.parametrize(
    ("channel", "rooms"),
    [
        ("all_public_channels", [PUBLIC]),
        ("all_private_groups", [PRIVATE, LIVECHAT]),
        ("all_direct_messages", [DIRECT]),
        ("#general", [PUBLIC]),
        ("#R1", [PUBLIC]),
        ("#secret", [PRIVATE]),
        ("#R3", [LIVECHAT]),
        ("#u1u2", []),
        ("@u1", [DIRECT]),
        ("@u2", [DIRECT]),
        ("@bob", [DIRECT]),
        ("@ann", []),
        ("#General", []),
        ("general", []),
    ],
)
def test_a_channel_hears_exactly_these_rooms(channel: str, rooms: list[Room]) -> None:
    entry = replace(ENTRY, channels=(channel,))
    assert [room for room in (PUBLIC, PRIVATE, LIVECHAT, DIRECT) if _fires(entry, said("x", room))] == rooms


def test_events_outside_channels_are_heard_whatever_the_channels_are() -> None:
    outside: tuple[EventName, ...] = ("roomCreated", "roomArchived", "userCreated")
    for event in outside:
        entry = replace(ENTRY, event=event, channels=("#elsewhere",))
        assert _fires(entry, happened(event, PRIVATE)) and _fires(entry, happened(event, None))
    inside: tuple[EventName, ...] = ("roomJoined", "roomLeft", "fileUploaded")
    for event in inside:
        entry = replace(ENTRY, event=event)
        assert _fires(entry, happened(event)) and not _fires(entry, happened(event, PRIVATE))


@pytest.mark.parametrize(
    ("words", "anywhere", "text", "found"),
    [
        (("!go",), False, "!go home", "!go"),
        (("!go",), False, "!gone", "!go"),
        (("!go",), False, "please !go", None),
        (("!go",), False, "!Go", None),
        (("!go",), True, "please !go", "!go"),
        (("!go",), True, "!GO", None),
        (("b", "ab", "a"), False, "abc", "ab"),
        (("c", "b"), True, "abc", "c"),
        (("x",), False, "", None),
    ],
)
def test_the_first_word_in_the_list_wins(words: tuple[str, ...], anywhere: bool, text: str, found: str | None) -> None:
    match = fires(replace(ENTRY, words=words, trigger_word_anywhere=anywhere), Occurrence.of(said(text)))
    assert (None if match is None else match.trigger_word) == found


def test_an_edit_needs_to_be_asked_for() -> None:
    edit = said("x", edited_at=1)
    assert not _fires(ENTRY, edit) and _fires(replace(ENTRY, run_on_edits=True), edit)


def test_an_entry_is_what_a_record_says_with_its_defaults() -> None:
    record: JsonObject = {
        "_id": "a",
        "type": "webhook-outgoing",
        "name": "n",
        "enabled": True,
        "username": "rocket.cat",
        "userId": "rocket.cat",
        "channel": [],
        "scriptEnabled": False,
        "event": "sendMessage",
        "urls": ["http://x"],
        "triggerWords": ["!a"],
        "_createdAt": ENTRY.created_at,
        "_createdBy": {"_id": "c", "username": "c"},
        "_updatedAt": ENTRY.created_at,
    }
    integration = from_record(record)
    assert integration.type == "webhook-outgoing"
    assert OutgoingEntry.of(integration, 1) == replace(ENTRY, channels=("all_public_channels",), words=("!a",))
    own = from_record(
        {**record, "event": "roomLeft", "hookcell": {"loopGuard": False, "loopDepth": 1, "history": "off"}}
    )
    assert own.type == "webhook-outgoing"
    entry = OutgoingEntry.of(own, 2)
    assert (entry.words, entry.loop_guard, entry.loop_depth, entry.history) == ((), False, 1, "off")


def test_every_rule_says_what_it_found() -> None:
    entry = replace(ENTRY, words=("!go", "!run"))
    assert explain(entry, said("!run", PRIVATE, edited_at=1)) == (
        Finding("event", True, "it listens to sendMessage, this is sendMessage"),
        Finding(
            "channel",
            False,
            "it hears #general; this could be heard on #R2, #secret, all_private_groups",
        ),
        Finding("edit", False, "this is an edit, and runOnEdits is false"),
        Finding("triggerWords", True, "the text begins with '!run'"),
    )
    assert explain(entry, said("hello"))[1:] == (
        Finding("channel", True, "it hears #general"),
        Finding("edit", True, "this is no edit"),
        Finding("triggerWords", False, "the text begins with none of '!go', '!run'; upper and lower case differ"),
    )
    assert explain(replace(ENTRY, event="userCreated"), happened("userCreated", None))[1:] == (
        Finding("channel", True, "userCreated happens outside channels"),
        Finding("edit", True, "this is no edit"),
        Finding("triggerWords", True, "it asks for no trigger word"),
    )
