"""What the author's commands read of a server's answers: of anything else in them nothing is asked.

What answers at an address may be another version of hookcell, or no hookcell at all. An answer is checked where it
comes in, so that no command meets a key that is not there, or a number where it joins texts.
"""

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, NotRequired, TypeAlias, TypeVar

from pydantic import AfterValidator, TypeAdapter, ValidationError, WrapValidator
from typing_extensions import TypedDict  # pydantic's own demand before Python 3.12

from engine.http import RequestFailed

T = TypeVar("T")

MAX_SAID = 200


def _unless_cut(value: object, check: Callable[[object], object]) -> object:
    """History keeps the beginning of what is too large."""
    return value if isinstance(value, dict) and value.keys() == {"cut", "characters"} else check(value)


def _stamp(text: str) -> str:
    datetime.fromisoformat(text)
    return text


def _json(text: str) -> str:
    try:
        json.loads(text)
    except RecursionError:
        raise ValueError("it is too deep") from None
    return text


def _answered(call: "Call") -> "Call":
    if "url" in call and "error" not in call and not {"answer", "status"} <= call.keys():
        raise ValueError("it has neither an answer with its status, nor an error")
    return call


Object: TypeAlias = dict[str, Any]
Texts: TypeAlias = dict[str, str]
Stamp: TypeAlias = Annotated[str, AfterValidator(_stamp)]
Uncut: TypeAlias = Annotated[T, WrapValidator(_unless_cut)]


class ScriptError(TypedDict):
    stack: str


class Record(TypedDict):
    """An integration."""

    _id: str
    _updatedAt: str
    type: Literal["webhook-incoming", "webhook-outgoing"]
    name: str
    channel: list[str]
    token: NotRequired[str | None]
    script: NotRequired[str | None]
    scriptError: NotRequired[ScriptError | None]
    _createdBy: NotRequired[Object]
    _updatedBy: NotRequired[Object]


class Integrations(TypedDict):
    integrations: list[Record]
    total: int


class Integration(TypedDict):
    integration: Record
    warnings: NotRequired[list[str]]


class Posted(TypedDict):
    channel: str
    message: "Message"


class Message(TypedDict):
    msg: NotRequired[str]
    attachments: NotRequired[list[Object] | None]


class Call(TypedDict):
    """What a hook called by http; without `url` where that was too large to be kept."""

    method: str
    url: NotRequired[str]
    status: NotRequired[int]
    error: NotRequired[str]
    answer: NotRequired["Answer"]


class Answer(TypedDict):
    headers: NotRequired[Texts]


class Services(TypedDict):
    http: NotRequired[list[Annotated[Call, AfterValidator(_answered)]]]


class Step(TypedDict):
    name: str
    at: Stamp
    services: NotRequired[Uncut[Services]]


class Receipt(TypedDict):
    hook: str
    wallUs: NotRequired[float]
    cpuUs: NotRequired[float]


class Request(TypedDict):
    method: str
    url: str
    headers: Uncut[Texts]
    body: NotRequired[str]
    masked: NotRequired[list[str]]


class Response(TypedDict):
    status_code: int
    headers: NotRequired[Uncut[Texts]]


class Failure(TypedDict):
    kind: str
    message: str


class Run(TypedDict):
    """Of a delivery it is one attempt."""

    _id: str
    type: str
    _createdAt: Stamp
    _updatedAt: Stamp
    state: NotRequired[str]
    steps: NotRequired[list[Step]]
    log: NotRequired[list[Object]]
    receipt: NotRequired[list[Receipt]]
    request: NotRequired[Request | None]
    response: NotRequired[Uncut[Response | None]]
    httpError: NotRequired[Failure | None]
    failure: NotRequired[Failure | None]
    prepareSentMessage: NotRequired[Uncut[list[Posted] | None]]
    processSentMessage: NotRequired[Uncut[list[Posted] | None]]
    resultMessage: NotRequired[Uncut[list[Posted] | None]]


class History(TypedDict):
    history: list[Run]


class OneRun(Run):
    """`integration` is as it was then."""

    integration: Object | None
    httpResult: NotRequired[Annotated[str, AfterValidator(_json)] | None]


class PastRun(TypedDict):
    run: OneRun


class Delivery(TypedDict):
    _id: str
    state: str
    attempts: int
    integrationId: str
    _createdAt: str
    url: str
    httpError: NotRequired[Object]


class Deliveries(TypedDict):
    deliveries: list[Delivery]


class SentAgain(TypedDict):
    delivery: str


class Counted(TypedDict):
    count: int


class Rule(TypedDict):
    rule: str
    because: str
    passed: bool


class Explanation(TypedDict):
    _id: str
    name: str
    fires: bool
    rules: list[Rule]


class Explained(TypedDict):
    integrations: list[Explanation]
    total: int


class Secret(TypedDict):
    name: str
    integrationId: str
    hosts: list[str]
    uses: list[str]


class SecretSet(TypedDict):
    secret: Secret
    warnings: NotRequired[list[str]]


class Secrets(TypedDict):
    secrets: list[Secret]


class Done(TypedDict):
    """Nothing of it is read."""


def check(answer: object, shape: Any) -> None:
    """Raises RequestFailed, which names the first place where the answer is another than the shape."""
    try:
        _adapter(shape).validate_python(answer, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).removeprefix(".")
        raise RequestFailed(f"its answer's {place}: {first['msg']}"[:MAX_SAID]) from None


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)
