"""The index of outgoing integrations: it picks candidates, so that an event costs what it matches.

Candidates are looked up by the event's buckets and by the words its text could begin with; `engine.hearing` alone says
who fires. An index is a value: a change makes a new one that shares what was not touched.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from engine.hearing import EVERYWHERE, Match, Occurrence, OutgoingEntry, fires
from engine.model.events import CHANNELLESS, Event, EventName

__all__ = ["Bucket", "Index", "Match", "OutgoingEntry", "build_index"]


@dataclass(frozen=True, slots=True)
class Bucket:
    """The integrations of one event and channel, by what a message must have before the rules are asked."""

    entries: Mapping[str, OutgoingEntry]
    wordless: tuple[OutgoingEntry, ...]
    beginnings: Mapping[str, tuple[OutgoingEntry, ...]]
    lengths: tuple[int, ...]
    anywhere: Mapping[str, tuple[OutgoingEntry, ...]]

    @classmethod
    def of(cls, entries: Mapping[str, OutgoingEntry]) -> "Bucket":
        wordless: list[OutgoingEntry] = []
        beginnings: dict[str, list[OutgoingEntry]] = {}
        anywhere: dict[str, list[OutgoingEntry]] = {}
        for entry in entries.values():
            if not entry.words:
                wordless.append(entry)
            for word in entry.words:
                (anywhere if entry.trigger_word_anywhere else beginnings).setdefault(word, []).append(entry)
        return cls(
            entries,
            tuple(wordless),
            {word: tuple(heard) for word, heard in beginnings.items()},
            tuple(sorted({len(word) for word in beginnings})),
            {word: tuple(heard) for word, heard in anywhere.items()},
        )

    def candidates(self, text: str) -> Iterator[OutgoingEntry]:
        begun = (self.beginnings.get(text[:length], ()) for length in self.lengths)
        had = (heard for word, heard in self.anywhere.items() if word in text)
        return chain(self.wordless, chain.from_iterable(begun), chain.from_iterable(had))


_Key = tuple[EventName, str]


@dataclass(frozen=True, slots=True)
class Index:
    """The enabled outgoing integrations at one version of the configuration; a value, never changed."""

    version: int
    entries: Mapping[str, OutgoingEntry] = field(default_factory=dict)
    buckets: Mapping[_Key, Bucket] = field(default_factory=dict)

    def match(self, event: Event) -> list[Match]:
        """Each integration at most once, oldest first."""
        occurrence = Occurrence.of(event)
        found: dict[str, Match] = {}
        for name in occurrence.buckets:
            bucket = self.buckets.get((event.event, name))
            for entry in bucket.candidates(occurrence.text) if bucket is not None else ():
                if entry.id not in found and (match := fires(entry, occurrence)) is not None:
                    found[entry.id] = match
        return sorted(found.values(), key=lambda match: (match.entry.created_at, match.entry.id))

    def changed(self, version: int, entries: Iterable[OutgoingEntry], gone: Iterable[str] = ()) -> "Index":
        """The index with these entries put in or replaced and those ids taken out; only touched buckets are rebuilt."""
        now = dict(self.entries)
        touched: dict[_Key, dict[str, OutgoingEntry]] = {}

        def bucket(key: _Key) -> dict[str, OutgoingEntry]:
            if key not in touched:
                touched[key] = dict(self.buckets[key].entries) if key in self.buckets else {}
            return touched[key]

        def take_out(id: str) -> None:
            old = now.pop(id, None)
            for key in () if old is None else _keys(old):
                bucket(key).pop(id, None)

        for id in gone:
            take_out(id)
        for entry in entries:
            take_out(entry.id)
            now[entry.id] = entry
            for key in _keys(entry):
                bucket(key)[entry.id] = entry
        rebuilt = {key: Bucket.of(held) for key, held in touched.items() if held}
        kept = {key: held for key, held in self.buckets.items() if key not in touched}
        return Index(version, now, kept | rebuilt)


def build_index(version: int, entries: Iterable[OutgoingEntry]) -> Index:
    return Index(version).changed(version, entries)


def _keys(entry: OutgoingEntry) -> set[_Key]:
    names = (EVERYWHERE,) if entry.event in CHANNELLESS else entry.channels
    return {(entry.event, name) for name in names}
