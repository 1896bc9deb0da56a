"""An integration as it is stored and answered: Rocket.Chat's record, typed.

`to_record` and `from_record` are the only way between the two; an optional field that is not set is absent from the
record. What a client may send is in `engine.integrations.requests`.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from engine.model.events import EventName
from engine.model.json import JsonObject, JsonValue

INCOMING: Literal["webhook-incoming"] = "webhook-incoming"
OUTGOING: Literal["webhook-outgoing"] = "webhook-outgoing"
Kind: TypeAlias = Literal["webhook-incoming", "webhook-outgoing"]

HistoryLevel: TypeAlias = Literal["full", "failures", "off"]


class Stored(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)


class Person(Stored):
    id: Annotated[str, Field(alias="_id")]
    username: str


class OwnSettings(Stored):
    """The `hookcell` object: only what was set. `loop_depth` counts integrations."""

    isolation: Literal["pinned", "per-call"] | None = None
    history: HistoryLevel | None = None
    loop_guard: bool | None = None
    loop_depth: int | None = None
    egress_allow: tuple[str, ...] | None = None


class IntegrationFields(Stored):
    """What both kinds have."""

    id: Annotated[str, Field(alias="_id")]
    name: str
    enabled: bool
    username: str
    user_id: str
    channel: tuple[str, ...]
    script_enabled: bool
    script: str | None = None
    script_engine: str | None = None
    skip_transpile: bool | None = None
    # a label; the code itself is never in the record
    script_compiled: str | None = None
    script_error: dict[str, Any] | None = None
    alias: str | None = None
    avatar: str | None = None
    emoji: str | None = None
    hookcell: OwnSettings | None = None
    created_at: Annotated[str, Field(alias="_createdAt")]
    created_by: Annotated[Person, Field(alias="_createdBy")]
    updated_at: Annotated[str, Field(alias="_updatedAt")]
    updated_by: Annotated[Person | None, Field(alias="_updatedBy")] = None

    @property
    def own_settings(self) -> OwnSettings:
        return self.hookcell or OwnSettings()

    @property
    def live_script(self) -> str | None:
        """The source that calls would run, compiled or not; None is no script."""
        return self.script if self.script_enabled and self.script is not None and self.script.strip() else None


class IncomingIntegration(IntegrationFields):
    type: Literal["webhook-incoming"]
    token: str
    override_destination_channel_enabled: bool = False


class OutgoingIntegration(IntegrationFields):
    """An empty `channel` hears every public channel, where the event has one. `retry_delay` may be any text."""

    type: Literal["webhook-outgoing"]
    event: EventName
    urls: tuple[str, ...]
    token: str | None = None
    target_room: str | None = None
    trigger_words: tuple[str, ...] | None = None
    trigger_word_anywhere: bool | None = None
    run_on_edits: bool | None = None
    impersonate_user: bool | None = None
    retry_failed_calls: bool | None = None
    retry_count: int | float | None = None
    retry_delay: str | None = None


Integration: TypeAlias = IncomingIntegration | OutgoingIntegration

_integration: TypeAdapter[Integration] = TypeAdapter(Annotated[Integration, Field(discriminator="type")])


def from_record(record: JsonValue) -> Integration:
    """Our own rows only: raises ValidationError for anything else."""
    return _integration.validate_python(record)


def to_record(integration: Integration) -> JsonObject:
    record: JsonObject = integration.model_dump(mode="json", by_alias=True, exclude_none=True)
    return record


@dataclass(frozen=True, slots=True)
class SavedIntegration:
    """An integration as one of its revisions says; `code` is the key of its compiled script, if it has one."""

    integration: Integration
    revision: int
    code: str | None
