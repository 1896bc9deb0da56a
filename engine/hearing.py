"""Which outgoing integrations hear an event: four rules, each a function of one integration and what happened.

`fires` asks them in order and stops at the first that says no; `explain` asks them all and says what each found.
"""

from dataclasses import dataclass

from engine.channels import ALL_DIRECT, ALL_PRIVATE, ALL_PUBLIC
from engine.model.events import CHANNELLESS, Event, EventName
from engine.model.integrations import HistoryLevel, OutgoingIntegration

# Where all events without a channel are heard.
EVERYWHERE = ""
# Events whose text is searched for trigger words.
WORDED: frozenset[EventName] = frozenset({"sendMessage"})

DEFAULT_LOOP_DEPTH = 3


@dataclass(frozen=True, slots=True)
class OutgoingEntry:
    """An enabled outgoing integration, of one revision, as far as accepting an event needs it.

    `words` are the trigger words that count for its event; `created_at` is ISO and orders those that fire.
    """

    id: str
    revision: int
    event: EventName
    channels: tuple[str, ...]
    urls: tuple[str, ...]
    words: tuple[str, ...]
    trigger_word_anywhere: bool
    run_on_edits: bool
    user_id: str
    history: HistoryLevel | None
    loop_guard: bool
    loop_depth: int
    created_at: str

    @classmethod
    def of(cls, integration: OutgoingIntegration, revision: int) -> "OutgoingEntry":
        own = integration.own_settings
        return cls(
            id=integration.id,
            revision=revision,
            event=integration.event,
            channels=integration.channel or (ALL_PUBLIC,),
            urls=integration.urls,
            words=(integration.trigger_words or ()) if integration.event in WORDED else (),
            trigger_word_anywhere=bool(integration.trigger_word_anywhere),
            run_on_edits=bool(integration.run_on_edits),
            user_id=integration.user_id,
            history=own.history,
            loop_guard=own.loop_guard is not False,
            loop_depth=own.loop_depth or DEFAULT_LOOP_DEPTH,
            created_at=integration.created_at,
        )


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What the rules look at in an event; `buckets` are the channel strings by which it can be heard."""

    event: EventName
    buckets: frozenset[str]
    text: str
    edited: bool

    @classmethod
    def of(cls, event: Event) -> "Occurrence":
        message = event.message
        return cls(
            event=event.event,
            buckets=_buckets(event),
            text="" if message is None else message.text,
            edited=event.event == "sendMessage" and message is not None and message.edited_at is not None,
        )


@dataclass(frozen=True, slots=True)
class Match:
    entry: OutgoingEntry
    trigger_word: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule said, in words for the integration's author."""

    rule: str
    passed: bool
    because: str


def listens(entry: OutgoingEntry, occurrence: Occurrence) -> bool:
    return entry.event == occurrence.event


def heard_through(entry: OutgoingEntry, occurrence: Occurrence) -> str | None:
    """The first of its channels by which the integration hears it; None where it does not."""
    if occurrence.event in CHANNELLESS:
        return EVERYWHERE
    return next((channel for channel in entry.channels if channel in occurrence.buckets), None)


def edit_allowed(entry: OutgoingEntry, occurrence: Occurrence) -> bool:
    return entry.run_on_edits or not occurrence.edited


def word_found(entry: OutgoingEntry, occurrence: Occurrence) -> str | None:
    """The first trigger word that the text has, or begins with; None where there is none."""
    if entry.trigger_word_anywhere:
        return next((word for word in entry.words if word in occurrence.text), None)
    return next((word for word in entry.words if occurrence.text.startswith(word)), None)


def fires(entry: OutgoingEntry, occurrence: Occurrence) -> Match | None:
    if not listens(entry, occurrence) or heard_through(entry, occurrence) is None:
        return None
    if not edit_allowed(entry, occurrence):
        return None
    word = word_found(entry, occurrence)
    return Match(entry, word) if word is not None or not entry.words else None


def explain(entry: OutgoingEntry, event: Event) -> tuple[Finding, ...]:
    """A finding for each rule; the integration fires when all have passed."""
    occurrence = Occurrence.of(event)
    channel = heard_through(entry, occurrence)
    word = word_found(entry, occurrence)
    return (
        Finding("event", listens(entry, occurrence), f"it listens to {entry.event}, this is {event.event}"),
        Finding("channel", channel is not None, _about_channel(entry, occurrence, channel)),
        Finding("edit", edit_allowed(entry, occurrence), _about_edit(entry, occurrence)),
        Finding("triggerWords", word is not None or not entry.words, _about_words(entry, word)),
    )


def _about_channel(entry: OutgoingEntry, occurrence: Occurrence, channel: str | None) -> str:
    if occurrence.event in CHANNELLESS:
        return f"{occurrence.event} happens outside channels"
    if channel is not None:
        return f"it hears {channel}"
    return f"it hears {', '.join(entry.channels)}; this could be heard on {', '.join(sorted(occurrence.buckets))}"


def _about_edit(entry: OutgoingEntry, occurrence: Occurrence) -> str:
    if not occurrence.edited:
        return "this is no edit"
    return f"this is an edit, and runOnEdits is {'true' if entry.run_on_edits else 'false'}"


def _about_words(entry: OutgoingEntry, word: str | None) -> str:
    if not entry.words:
        return "it asks for no trigger word"
    verb = "has" if entry.trigger_word_anywhere else "begins with"
    if word is not None:
        return f"the text {verb} {word!r}"
    return f"the text {verb} none of {', '.join(map(repr, entry.words))}; upper and lower case differ"


def _buckets(event: Event) -> frozenset[str]:
    room = event.room
    if event.event in CHANNELLESS:
        return frozenset({EVERYWHERE})
    if room is None:
        return frozenset()
    if room.t == "d":
        sender = None if event.user is None else event.user.id
        ids = (f"@{user_id}" for user_id, _ in room.members)
        usernames = (f"@{username}" for user_id, username in room.members if user_id != sender)
        return frozenset({ALL_DIRECT, *ids, *usernames})
    named = {f"#{name}" for name in (room.id, room.name) if name is not None}
    return frozenset({ALL_PUBLIC if room.t == "c" else ALL_PRIVATE, *named})
