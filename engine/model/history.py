"""Runs as history reads them: rows of the store, with the integration's record as it was."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.model.deliveries import DeliveryState
from engine.model.events import Event
from engine.model.json import JsonObject

RunState: TypeAlias = Literal["running", "finished", "failed", "refused", "interrupted"]


@dataclass(frozen=True, slots=True)
class RunStart:
    """An incoming run as it begins; `request` is what `history.pack_masked` made."""

    id: str
    integration_id: str
    revision: int
    worker: str
    request: bytes | None
    created_at: int


@dataclass(frozen=True, slots=True)
class IncomingRun:
    id: str
    revision: int
    state: RunState
    created_at: int
    updated_at: int
    request: bytes | None
    trace: bytes | None
    record: JsonObject


@dataclass(frozen=True, slots=True)
class PastDelivery:
    """What a delivery began with, and of how many records its history is."""

    url: str
    trigger_word: str | None
    records: int
    event: Event


@dataclass(frozen=True, slots=True)
class OutgoingRun:
    """`due` is milliseconds since the epoch, of a pending one; `event` is the event's name."""

    id: str
    revision: int
    state: DeliveryState
    held_reason: str | None
    due: int
    attempts: int
    interruptions: int
    url: str
    event: str
    trigger_word: str | None
    created_at: int
    updated_at: int
    request: bytes | None
    trace: bytes | None
    record: JsonObject
