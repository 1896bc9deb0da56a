"""How a claim on a delivery ends: one transaction each, fenced by the claim, with all that was posted in it.

LeaseLost from here means that somebody else works the delivery by now, and that nothing was stored.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ParamSpec, TypeAlias, TypeVar, assert_never

from sqlalchemy import Connection

from engine import accepting, history
from engine.accepting import Accepting
from engine.credentials import credentials_of
from engine.dates import iso
from engine.delivery import queue
from engine.errors import ClientError, PlainError
from engine.http import OutgoingRequest
from engine.model.deliveries import Claim, Delivery, DeliveryState
from engine.model.events import Chain
from engine.model.json import JsonValue
from engine.redaction import Redactor
from engine.sending import pack_request, store_form
from engine.services import RunServices, Written
from engine.store.integrations import disable_integration
from engine.store.isolation import row_by_row
from engine.store.weight import weight
from engine.threads import off_loop
from engine.trace import Trace, now_ms
from engine.workspace.protocol import Draft, Posted
from engine.workspace.records import message_record

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class End:
    """Nothing more to do: `failed` may be sent again by hand. `disable` is the integration's end, too."""

    trace: Trace
    attempts: int
    failed: bool = False
    request: OutgoingRequest | None = None
    disable: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """The end, once the drafts are posted; `otherwise` is the step of one that could not be."""

    drafts: tuple[Draft, ...]
    otherwise: str
    end: End


@dataclass(frozen=True, slots=True)
class Retry:
    trace: Trace
    attempts: int
    delay_ms: int
    request: OutgoingRequest


@dataclass(frozen=True, slots=True)
class Hold:
    trace: Trace
    attempts: int
    reason: str
    request: OutgoingRequest


@dataclass(frozen=True, slots=True)
class PutOff:
    """Nothing could be tried: neither counter is raised."""

    delay_ms: int


Ending: TypeAlias = End | Post | Retry | Hold | PutOff


async def settle(kit: Accepting, delivery: Delivery, claim: Claim, ending: Ending, services: RunServices) -> None:
    """With what the hooks wrote to their store. Raises LeaseLost, and Unavailable when the store cannot be written."""
    scrubber, written = services.known.scrubber, services.written()
    sent = _request_of(ending)
    redactor = history.redactor_for(delivery.integration, scrubber, () if sent is None else credentials_of(sent))
    match ending:
        case End():
            finished = await _packing(ending, _finished, delivery, ending, redactor)
            await kit.store.write(_finish, claim, finished, now_ms(), written)
            if ending.disable:
                kit.index.invalidate()
        case Post():
            finished, now = await _packing(ending.end, _finished, delivery, ending.end, redactor), now_ms()
            try:
                await accepting.post(
                    kit,
                    ending.drafts,
                    chain=chain_of(delivery),
                    also=lambda connection, _: _finish(connection, claim, finished, now, written),
                )
            except ClientError as error:
                services.discard()
                trace = not_posted(ending.end.trace, ending.otherwise, error)
                await settle(kit, delivery, claim, replace(ending.end, trace=trace, failed=True), services)
        case Retry():
            packed = await _packing(ending.trace, history.pack_trace, ending.trace, redactor)
            await kit.store.write(_reschedule, claim, ending, packed, written)
        case Hold():
            packed = await _packing(ending.trace, history.pack_trace, ending.trace, redactor)
            await kit.store.write(_hold, claim, ending, packed, written)
        case PutOff():
            await kit.store.write(queue.put_off, claim, ending.delay_ms)
        case _:
            assert_never(ending)


def _request_of(ending: Ending) -> OutgoingRequest | None:
    """The one that was sent, whose credentials may have come back."""
    match ending:
        case Post():
            return ending.end.request
        case PutOff():
            return None
        case _:
            return ending.request


async def store_prepared(
    kit: Accepting,
    delivery: Delivery,
    claim: Claim,
    request: OutgoingRequest,
    trace: Trace,
    drafts: tuple[Draft, ...],
    services: RunServices,
) -> None:
    """What every attempt will send, with the message that goes before it. Raises LeaseLost, ClientError."""
    redactor = history.redactor_for(delivery.integration, services.known.scrubber, credentials_of(request))
    written = services.written()
    packed = await _packing(request, pack_request, request)
    packed_trace = await _packing(trace, history.pack_trace, trace, redactor)

    @row_by_row
    def prepared(connection: Connection, _: Sequence[Posted] = ()) -> None:
        queue.store_prepared(connection, claim, packed, packed_trace)
        written.commit(connection)

    if drafts:
        await accepting.post(
            kit,
            drafts,
            chain=chain_of(delivery),
            also=prepared,
        )
    else:
        await kit.store.write(prepared)


async def _packing(large: object, pack: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What is packed, in a thread where `large` is: a trace of many attempts takes tenths of a second."""
    return await off_loop(weight(lambda: large), pack, *args, **kwargs)


def not_posted(trace: Trace, step: str, error: ClientError) -> Trace:
    because = f"{error} ({error.hint})" if isinstance(error, PlainError) and error.hint else str(error)
    return trace.then(step, error=True, errorStack=because)


def shown(drafts: tuple[Draft, ...]) -> list[JsonValue]:
    """Rocket.Chat's {channel, message}, of each."""
    return [
        {"channel": draft.destination, "message": message_record(draft.message, draft.user.name)} for draft in drafts
    ]


def chain_of(delivery: Delivery) -> Chain:
    return delivery.event.chain.then(delivery.integration_id)


@dataclass(frozen=True, slots=True)
class _Finished:
    """An end as it is stored."""

    integration_id: str
    state: DeliveryState
    attempts: int
    request: bytes | None
    trace: bytes
    keep: bool
    disable: bool


def _finished(delivery: Delivery, end: End, redactor: Redactor) -> _Finished:
    integration = delivery.integration
    level = "off" if integration is None else history.level_of(integration, [delivery.event.room])
    keep = history.keeps(level, failed=end.failed)
    request = history.pack_masked(store_form(end.request), redactor) if keep and end.request is not None else None
    return _Finished(
        delivery.integration_id,
        "failed" if end.failed else "finished",
        end.attempts,
        request,
        history.pack_trace(end.trace, redactor) if keep else b"",
        keep,
        end.disable,
    )


@row_by_row
def _reschedule(connection: Connection, claim: Claim, retry: Retry, trace: bytes, written: Written) -> None:
    queue.reschedule(connection, claim, retry.delay_ms, attempts=retry.attempts, trace=trace)
    written.commit(connection)


@row_by_row
def _hold(connection: Connection, claim: Claim, hold: Hold, trace: bytes, written: Written) -> None:
    queue.hold(connection, claim, hold.reason, attempts=hold.attempts, trace=trace)
    written.commit(connection)


@row_by_row
def _finish(connection: Connection, claim: Claim, end: _Finished, now: int, written: Written) -> None:
    queue.finish(
        connection, claim, end.state, attempts=end.attempts, request=end.request, trace=end.trace, keep=end.keep
    )
    if end.disable:
        disable_integration(connection, end.integration_id, iso(now), now)
    written.commit(connection)
