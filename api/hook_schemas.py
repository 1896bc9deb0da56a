"""What `/hooks/add` and `/hooks/remove` take."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from engine.integrations.requests import MAX_TRIGGER_WORDS
from engine.params import Name, NullableName, Params, Word, problem

AddEvent = Literal["newMessageOnChannel", "newMessageToUser"]


def _event(value: object) -> object:
    if value not in ("newMessageOnChannel", "newMessageToUser"):
        raise problem("must be equal to one of the allowed values: newMessageOnChannel, newMessageToUser")
    return value


def _words(value: object) -> object:
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    return [] if value is None else value


class HookAddData(Params, extra="ignore"):
    """`trigger_words` is a list, or words separated by commas."""

    channel_name: Annotated[NullableName, Field(alias="channel_name")] = None
    trigger_words: Annotated[
        tuple[Word, ...], BeforeValidator(_words), Field(alias="trigger_words", max_length=MAX_TRIGGER_WORDS)
    ] = ()
    username: NullableName = None


class HookAddBody(Params, extra="ignore"):
    event: Annotated[AddEvent, BeforeValidator(_event)]
    name: Name
    target_url: Annotated[Name, Field(alias="target_url")]
    data: HookAddData = HookAddData()


class HookRemoveBody(Params, extra="ignore"):
    target_url: Annotated[Name, Field(alias="target_url")]
