"""From what a client said to the record: defaults, computed fields, and what follows from other fields.

A record is put together as the dict that is stored, so that a field passes from the request to the record by its name.
"""

from typing import Any

from engine.dates import iso
from engine.hearing import WORDED
from engine.ids import new_id, new_token
from engine.model.integrations import (
    INCOMING,
    IncomingIntegration,
    Integration,
    Kind,
    Person,
    from_record,
    to_record,
)
from engine.model.messages import User

TOKEN_LENGTH = 48
DEFAULT_RETRY_COUNT = 4
DEFAULT_RETRY_DELAY = "powers-of-ten"

Fields = dict[str, Any]

# Rocket.Chat's own default, which clients read; scripts here are Python whatever it says.
_SCRIPT_DEFAULTS = {"scriptEngine": "isolated-vm", "skipTranspile": False}


def created(kind: Kind, said: Fields, computed: Fields, *, caller: User, now: int) -> Integration:
    """A new record. `computed` is what the checks made of the request: channels, user, urls."""
    own: Fields = {
        "type": kind,
        "_id": new_id(),
        "_createdAt": iso(now),
        "_createdBy": {"_id": caller.id, "username": caller.username},
        "_updatedAt": iso(now),
    }
    if kind == INCOMING:
        own["token"] = new_token(TOKEN_LENGTH)
    return from_record(_settled({**said, **computed, **own}))


def updated(before: Integration, said: Fields, computed: Fields, *, caller: User, now: int) -> Integration:
    """Fields that were not said stay as they are; those said to be null go."""
    changes = _retries_settled({**said, **computed})
    own: Fields = {
        "type": before.type,
        "_updatedAt": iso(now),
        "_updatedBy": {"_id": caller.id, "username": caller.username},
    }
    return from_record(_settled({**to_record(before), **changes, **own}))


def with_new_token(before: IncomingIntegration, *, caller: User, now: int) -> IncomingIntegration:
    changes = {
        "token": new_token(TOKEN_LENGTH),
        "updated_at": iso(now),
        "updated_by": Person(_id=caller.id, username=caller.username),
    }
    return before.model_copy(update=changes)


def with_script_state(integration: Integration, label: str | None, error: Fields | None) -> Integration:
    return integration.model_copy(update={"script_compiled": label, "script_error": error})


def _settled(record: Fields) -> Fields:
    settled = {key: value for key, value in record.items() if value is not None}
    settled = {**_SCRIPT_DEFAULTS, **settled}
    if not settled.get("hookcell"):
        settled.pop("hookcell", None)
    return settled if settled["type"] == INCOMING else _outgoing_settled(_retries_settled(settled))


def _outgoing_settled(record: Fields) -> Fields:
    words = record.pop("triggerWords", None)
    if words is not None and record["event"] in WORDED:
        record["triggerWords"] = [word for word in words if word.strip()]
    return record


def _retries_settled(fields: Fields) -> Fields:
    """With retryFailedCalls on, a count that is not positive and a blank delay become the defaults."""
    if not fields.get("retryFailedCalls"):
        return fields
    count = int(fields.get("retryCount") or 0)
    delay = (fields.get("retryDelay") or "").lower()
    return {
        **fields,
        "retryCount": count if count > 0 else DEFAULT_RETRY_COUNT,
        "retryDelay": delay if delay.strip() else DEFAULT_RETRY_DELAY,
    }
