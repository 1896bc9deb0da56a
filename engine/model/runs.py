"""What a script call came to, as the journeys, the trace and history pass it."""

from dataclasses import dataclass
from typing import TypeAlias

from engine.model.json import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class ScriptFailure:
    """Why a call gave no result; `traceback` is in the author's lines, for those who may see the script.

    `kind` is raised, cpu-time, wall-time, overall-time, memory, output, crashed or bad-result; not-compiled and
    bad-arguments where the hook was not called.
    """

    kind: str
    message: str
    line: int | None = None
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class ScriptReport:
    """One call for the trace: which hook, what it cost, what it printed, how it failed if it did.

    `receipt` is {wallUs, cpuUs, peakMemory, outputBytes}; `log` is [{level, text}]. `no_json` is why the body that was
    left to the cell is none.
    """

    hook: str
    receipt: JsonObject
    log: tuple[JsonObject, ...]
    failure: ScriptFailure | None = None
    no_json: str | None = None

    def to_json(self) -> JsonObject:
        failure: JsonValue = None
        if self.failure is not None:
            failure = {
                "kind": self.failure.kind,
                "message": self.failure.message,
                "line": self.failure.line,
                "traceback": self.failure.traceback,
            }
        return {"hook": self.hook, "receipt": self.receipt, "log": list(self.log), "error": failure}


@dataclass(frozen=True, slots=True)
class Busy:
    """No cell was free in time, or the server is stopping: nothing was run, so it may be tried again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The call failed; nothing may be posted or sent."""

    failure: ScriptFailure


# process_incoming


@dataclass(frozen=True, slots=True)
class IncomingNothing:
    """Nothing is posted; the sender gets `response` with success."""

    response: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class IncomingPost:
    content: JsonObject
    response: JsonObject | None = None
    # {"_id"} or {"username"} of the user to post as, when the script named one
    user: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class IncomingRefused:
    """The script said no: 400 with exactly this body and success false."""

    body: JsonObject


IncomingResult: TypeAlias = IncomingNothing | IncomingPost | IncomingRefused | Failed | Busy


# prepare_outgoing_request


@dataclass(frozen=True, slots=True)
class PrepareNothing:
    """No request, no message; `forgot_return` when the hook changed its argument and returned nothing."""

    forgot_return: bool = False


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """The request as the script wants it, checked; what `data` means for the bytes is decided when it is encoded.

    `data` absent and `data` None are the same: no body. `timeout` is milliseconds.
    """

    url: str
    method: str
    headers: tuple[tuple[str, str], ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    data: JsonValue = None
    auth: tuple[str, str] | None = None
    timeout: int = 20_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """`message` is posted first; without `request` nothing is sent after it."""

    message: JsonObject | None
    request: PreparedRequest | None


PrepareResult: TypeAlias = PrepareNothing | Prepared | Failed | Busy


# process_outgoing_response


@dataclass(frozen=True, slots=True)
class ResponseDefault:
    """Default handling: status rules, retry, text and attachments of the answer."""


@dataclass(frozen=True, slots=True)
class ResponseDone:
    """Done, nothing posted, no retry."""


@dataclass(frozen=True, slots=True)
class ResponsePost:
    content: JsonObject


ResponseResult: TypeAlias = ResponseDefault | ResponseDone | ResponsePost | Failed | Busy

# a session


@dataclass(frozen=True, slots=True)
class Shown:
    """What the last input of a session came to, in the words of `repr`; None is nothing to show."""

    text: str | None
