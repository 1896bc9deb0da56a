"""One event for one url of one outgoing integration: the row that is both the job and its history."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.model.events import Event
from engine.model.integrations import OutgoingIntegration

DeliveryState: TypeAlias = Literal["pending", "claimed", "held", "finished", "failed"]


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """`trace` is set where history has something to tell from the start: why it was turned down, what it repeats."""

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


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to end one attempt: worker and lease are in every statement that does."""

    seq: int
    worker: str
    lease: int
    destination: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that an attempt needs. `integration` is as it was when the event came, None when it is gone with all its
    revisions; `enabled` is of now, None when it is gone. `hooks` are those its script defines."""

    seq: int
    id: str
    integration_id: str
    revision: int
    url: str
    trigger_word: str | None
    attempts: int
    interruptions: int
    prepared: bool
    created_at: int
    request: bytes | None
    trace: bytes | None
    event: Event
    integration: OutgoingIntegration | None
    hooks: tuple[str, ...]
    enabled: bool | None
