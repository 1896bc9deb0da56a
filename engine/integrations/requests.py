"""What a client may say about an integration: one shape a kind, each field once.

Reading, coercing, refusing, storing and documenting all follow from these fields: an alias is the key outside and in
the stored record. An optional field that is absent and one that is null are told apart by `model_fields_set`.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from engine.http import EgressPolicy
from engine.model.json import JsonObject
from engine.params import (
    Flag,
    Name,
    NullableFlag,
    NullableName,
    NullableNumber,
    NullableText,
    Params,
    Word,
    one_of,
    problem,
    read_one_of,
)

MAX_URLS = 100
MAX_TRIGGER_WORDS = 500
MAX_LOOP_DEPTH = 10

_COMPUTED = frozenset({"scriptCompiled", "scriptError", "userId"})

# The original's patterns are not anchored: a type that only contains one is refused later, with other words.
IncomingType = Annotated[Name, Field(pattern="webhook-incoming")]
OutgoingType = Annotated[Name, Field(pattern="webhook-outgoing")]


def _whole_number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise problem("must be a whole number")
    return value


def _allowances(entries: tuple[str, ...]) -> tuple[str, ...]:
    try:
        EgressPolicy.parse(entries)
    except ValueError as error:
        raise problem(f"cannot be used: {error}") from None
    return entries


def _words(value: object) -> object:
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    return value


StrictWords = Annotated[tuple[Word, ...], Field(max_length=MAX_TRIGGER_WORDS)] | None
Words = Annotated[StrictWords, BeforeValidator(_words)]


class OwnSettingsShape(Params):
    """The `hookcell` object. `loopDepth` counts integrations; `egressAllow` takes CIDRs and hosts."""

    isolation: Annotated[Literal["pinned", "per-call"], one_of("pinned", "per-call")] = "pinned"
    history: Annotated[Literal["full", "failures", "off"], one_of("full", "failures", "off")] = "full"
    loop_guard: Flag = True
    loop_depth: Annotated[int, BeforeValidator(_whole_number), Field(ge=1, le=MAX_LOOP_DEPTH)] = 3
    egress_allow: Annotated[tuple[Word, ...], AfterValidator(_allowances)] = ()

    @model_validator(mode="before")
    @classmethod
    def _set_and_known(cls, value: object) -> object:
        """A setting that is null is not set."""
        if not isinstance(value, dict):
            return value
        known = [str(field.alias) for field in cls.model_fields.values()]
        unknown = [key for key in value if key not in known]
        if unknown:
            raise problem(f"hookcell must NOT have additional properties: {unknown[0]!r}; known are {', '.join(known)}")
        return {key: setting for key, setting in value.items() if setting is not None}


class _IncomingHead(Params):
    type: IncomingType
    username: Name
    channel: Name


class _OutgoingHead(Params):
    type: OutgoingType
    username: Name
    # without one, every public channel is heard
    channel: Name = ""


class _Outgoing(Params):
    event: Name
    target_room: NullableName = None
    urls: Annotated[tuple[Word, ...], Field(max_length=MAX_URLS)] | None = None
    trigger_words: Words = None
    trigger_word_anywhere: NullableFlag = None
    token: NullableName = None
    run_on_edits: NullableFlag = None
    retry_failed_calls: NullableFlag = None
    retry_count: NullableNumber = None
    retry_delay: NullableName = None
    impersonate_user: NullableFlag = None


class _Tail(Params):
    script_enabled: Flag
    script: NullableText = None
    script_engine: NullableName = None
    skip_transpile: NullableFlag = None
    name: Name
    enabled: Flag
    alias: NullableName = None
    avatar: NullableName = None
    emoji: NullableName = None
    hookcell: OwnSettingsShape | None = None

    def fields(self) -> dict[str, Any]:
        """What was said of the record, by its keys; null for a field that was said to be null."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"integration_id", "target_url"})


# Bases are listed from the last to the first: that is the order in which pydantic collects their fields.
class IncomingCreate(_Tail, _IncomingHead):
    override_destination_channel_enabled: NullableFlag = None


class OutgoingCreate(_Tail, _Outgoing, _OutgoingHead):
    pass


class StrictOutgoingCreate(OutgoingCreate):
    channel: Name
    trigger_words: StrictWords = None


class IncomingUpdate(_Tail):
    integration_id: Name
    type: IncomingType
    channel: Name
    username: NullableName = None
    override_destination_channel_enabled: NullableFlag = None


class OutgoingUpdate(_Tail, _Outgoing, _OutgoingHead):
    channel: Name
    integration_id: NullableName = None
    target_url: Annotated[NullableName, Field(alias="target_url")] = None


class StrictOutgoingUpdate(OutgoingUpdate):
    trigger_words: StrictWords = None


class RemoveIncoming(Params, extra="ignore"):
    type: IncomingType
    integration_id: Name


class RemoveByUrl(Params, extra="ignore"):
    type: OutgoingType
    target_url: Annotated[Name, Field(alias="target_url")]


class RemoveOutgoing(Params, extra="ignore"):
    type: OutgoingType
    integration_id: Name


Create: TypeAlias = IncomingCreate | OutgoingCreate
Update: TypeAlias = IncomingUpdate | OutgoingUpdate
Remove: TypeAlias = RemoveIncoming | RemoveByUrl | RemoveOutgoing

CREATE: tuple[type[Create], ...] = (IncomingCreate, OutgoingCreate)
STRICT_CREATE: tuple[type[Create], ...] = (IncomingCreate, StrictOutgoingCreate)
UPDATE: tuple[type[Update], ...] = (IncomingUpdate, OutgoingUpdate)
STRICT_UPDATE: tuple[type[Update], ...] = (IncomingUpdate, StrictOutgoingUpdate)
REMOVE: tuple[type[Remove], ...] = (RemoveIncoming, RemoveByUrl, RemoveOutgoing)


def read_create(body: object, *, strict: bool) -> Create:
    """Raises InvalidParams, as the next two do."""
    return read_one_of(_without_computed(body), STRICT_CREATE if strict else CREATE)


def read_update(body: object, *, strict: bool) -> Update:
    return read_one_of(_without_computed(body), STRICT_UPDATE if strict else UPDATE)


def read_remove(body: object) -> Remove:
    return read_one_of(body, REMOVE)


def _without_computed(body: object) -> object:
    """What a client read in a record and sends back: ours to say, so dropped before the shapes look."""
    if not isinstance(body, dict):
        return body
    incoming = "webhook-incoming" in str(body.get("type"))
    dropped = _COMPUTED | {"token"} if incoming else _COMPUTED
    kept: JsonObject = {key: value for key, value in body.items() if key not in dropped and key[:1] != "_"}
    return kept
