"""One event for one url of one outgoing integration: the row that is both the job and its history."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.model.events import Event
from engine.model.integrations import OutgoingIntegration

DeliveryState: TypeAlias = Literal["pending", "claimed", "held", "finished", "failed"]


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """`order_key` is the integration and the room: first attempts of one start in the order of their events.

    `trace` is set where history has something to tell from the start: why it was turned down, what it repeats.
    `guarded`: an integration's message led to it, and the loop guard counts it. `silent`: history is off.
    """

    id: str
    integration_id: str
    revision: int
    url: str
    destination: str
    order_key: str
    trigger_word: str | None
    state: DeliveryState = "pending"
    held_reason: str | None = None
    trace: bytes | None = None
    guarded: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to end one attempt: worker and lease are in every statement that does."""

    seq: int
    worker: str
    lease: int
    destination: str
    integration_id: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that an attempt needs. `integration` is as it was when the event came, None when it is gone with all its
    revisions; `enabled` is of now, None when it is gone. `hooks` are those its script defines. `created_at` and
    `read_at` are of one clock, the database's."""

    seq: int
    id: str
    integration_id: str
    revision: int
    url: str
    order_key: str
    trigger_word: str | None
    attempts: int
    interruptions: int
    prepared: bool
    created_at: int
    read_at: int
    request: bytes | None
    trace: bytes | None
    event: Event
    integration: OutgoingIntegration | None
    hooks: tuple[str, ...]
    enabled: bool | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a delivery stands, for people. `due` is milliseconds since the epoch; `integration` is as it was when the
    event came, `created_by` the id of who created it, None when it is gone."""

    seq: int
    id: str
    integration_id: str
    revision: int
    url: str
    state: DeliveryState
    held_reason: str | None
    due: int
    attempts: int
    interruptions: int
    lease: int
    trigger_word: str | None
    trace: bytes | None
    created_at: int
    updated_at: int
    event: Event
    integration: OutgoingIntegration | None
    created_by: str | None
