"""Journey 2: a claimed delivery becomes a request, its answer a message, and the delivery ends or waits.

Every step takes values and returns values; only the journey appends to the trace, in Rocket.Chat's step names. What
prepare made is stored before the first attempt sends it. What was posted, the trace and the end are one transaction.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol, TypeAlias, assert_never

import structlog

from engine.accepting import Accepting
from engine.answers import drafts_of
from engine.delivery.queue import LeaseLost
from engine.delivery.rules import Rules, heard
from engine.delivery.turns import Turn, Turns
from engine.errors import ClientError, Unavailable
from engine.http import Answer, GuardedClient, HttpError
from engine.model.deliveries import Claim, Delivery
from engine.model.json import JsonObject
from engine.model.runs import (
    Busy,
    Failed,
    Prepared,
    PrepareNothing,
    PrepareResult,
    ResponseDefault,
    ResponseDone,
    ResponsePost,
    ResponseResult,
    ScriptReport,
)
from engine.payloads import payload
from engine.scripts import HookServices, Script
from engine.sending import (
    after_sending,
    answered,
    before_script,
    encode,
    scrubbed,
    scrubbed_error,
    unanswered,
    why_unread,
    without_script,
)
from engine.services import ServiceKit, egress_of
from engine.settling import End, Ending, Post, PutOff, chain_of, not_posted, settle, shown, store_prepared
from engine.threads import off_loop
from engine.trace import UNEXPECTED, Trace, defect
from engine.trying import Ready, Sent, Work, disabling, final, is_last, next_try, opened, resumed, usable
from engine.workspace.protocol import Draft

PREPARE, RESPONSE = "prepare_outgoing_request", "process_outgoing_response"
BUSY_MS = 1_000
# How long an answer waits for a cell, in seconds: as long as it may be waited for, whose place it keeps. The receiver
# has the request, so after that the delivery fails; asking once more would be worse.
PATIENCE_SECONDS = 20.0

log = structlog.stdlib.get_logger("hookcell.engine")

ResponseCall: TypeAlias = Callable[[], Awaitable[tuple[ResponseResult, ScriptReport | None]]]


class OutgoingHooks(Protocol):
    async def prepare_outgoing_request(
        self, script: Script, request: JsonObject, *, services: HookServices
    ) -> tuple[PrepareResult, ScriptReport | None]: ...

    async def process_outgoing_response(
        self, script: Script, request: JsonObject, response: JsonObject, *, services: HookServices
    ) -> tuple[ResponseResult, ScriptReport | None]: ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The journey's edges, made once by the runtime."""

    accepting: Accepting
    scripts: OutgoingHooks
    client: GuardedClient
    services: ServiceKit
    turns: Turns = field(default_factory=Turns)
    # told of a claim whose destination is needed no more, and whether it answered
    answered: Callable[[Claim, bool | None], None] = lambda _, heard: None

    @property
    def rules(self) -> Rules:
        return self.accepting.rules


def run(kit: Outgoing, delivery: Delivery, claim: Claim) -> Coroutine[Any, Any, None]:
    """The delivery's place in its order is that of this call; the rest is done by whoever awaits it.

    Raises LeaseLost when the delivery is another's by now, Unavailable when the store is: nothing was ended.
    """
    turn = kit.turns.take(f"{delivery.order_key} {claim.destination}") if delivery.attempts == 0 else None
    return run_in_turn(kit, delivery, claim, turn)


async def run_in_turn(kit: Outgoing, delivery: Delivery, claim: Claim, turn: Turn | None) -> None:
    put_off = True
    try:
        ending = await run_with_services(kit, delivery, claim, turn)
        put_off = isinstance(ending, PutOff)
    except LeaseLost:
        put_off = False
        raise
    finally:
        if turn is not None:
            turn.leave(put_off=put_off)


async def run_with_services(kit: Outgoing, delivery: Delivery, claim: Claim, turn: Turn | None) -> Ending:
    run_id = f"{delivery.id}-{delivery.attempts + 1}"
    depth = depth_of(kit, delivery)
    services = await kit.services.open(delivery.integration_id, delivery.integration, run_id, depth=depth)
    try:
        # in a thread: what is stored of many attempts is megabytes of JSON
        trace = opened(delivery) if delivery.trace is None else await asyncio.to_thread(opened, delivery)
        work = usable(kit.rules, delivery, claim, services, turn, trace)
        if isinstance(work, Work):
            return await attempt(kit, work, trace)
        await settle(kit.accepting, delivery, claim, work, services)
        return work
    finally:
        services.discard()


async def attempt(kit: Outgoing, work: Work, trace: Trace) -> Ending:
    ready = resumed(kit.rules, work, trace) or await prepare(kit, work, trace)
    if not isinstance(ready, Ready):
        return await settled(kit, work, ready)
    if not await work.may_begin():
        return await settled(kit, work, PutOff(BUSY_MS))
    work.begin()
    sent = await send(kit, work, ready)
    kit.answered(work.claim, heard(sent.reply, ready.request.timeout))
    try:
        return await settled(kit, work, await ask_script(kit, work, sent) or await by_default(kit, work, sent))
    except (LeaseLost, Unavailable):
        raise
    except Exception as error:
        # The receiver has the request: it must not be sent again because we fail.
        log.exception("an answer was not dealt with, in a way that should not be", delivery=work.delivery.id)
        work.services.discard()
        trace = sent.trace.then(UNEXPECTED, error=True, errorStack=defect(error))
        return await settled(kit, work, End(trace, sent.attempts, failed=True, request=sent.request))


async def settled(kit: Outgoing, work: Work, ending: Ending) -> Ending:
    await settle(kit.accepting, work.delivery, work.claim, ending, work.services)
    return ending


async def prepare(kit: Outgoing, work: Work, trace: Trace) -> Ready | Ending:
    delivery, integration, word = work.delivery, work.integration, work.delivery.trigger_word
    site_url = await kit.accepting.workspace.site_url()
    event = delivery.event
    uploaded = event.message if event.event == "fileUploaded" else None
    file_url = None if uploaded is None else await kit.accepting.workspace.file_url(uploaded)
    data = payload(event, token=integration.token, trigger_word=word, site_url=site_url, file_url=file_url)
    trace = trace.then("mapped-args-to-data", data=data, triggerWord=word)
    prepared: PrepareResult = Prepared(None, without_script(delivery.url, data))
    if work.script is not None and work.defines(PREPARE):
        trace = trace.then(f"execute-script-before-running-{PREPARE}")
        request = before_script(delivery.url, data, integration)
        prepared, report = await kit.scripts.prepare_outgoing_request(work.script, request, services=work.services)
        trace = called(kit, work, trace, PREPARE, prepared, report)
    elif work.script is not None:
        trace = trace.then(f"execute-script-no-method-{PREPARE}")
    trace = trace.then("after-maybe-ran-prepare", ranPrepareScript=True)
    match prepared:
        case Busy():
            return PutOff(BUSY_MS)
        case Failed():
            return End(trace.then("after-prepare-no-opts"), delivery.attempts, failed=True)
        case PrepareNothing(forgot_return=True):
            hint = f"{PREPARE} changed its request but returned nothing: end it with `return request`"
            return End(trace.then("after-prepare-no-opts", hint=hint), delivery.attempts)
        case PrepareNothing():
            return End(trace.then("after-prepare-no-opts"), delivery.attempts)
        case Prepared():
            return await announce(kit, work, prepared, trace)
        case _:
            assert_never(prepared)


async def announce(kit: Outgoing, work: Work, prepared: Prepared, trace: Trace) -> Ready | Ending:
    """Posts the message that goes before the request and stores the request, in one transaction."""
    failing = "after-prepare-send-message-failed"
    delivery, drafts = work.delivery, tuple[Draft, ...]()
    try:
        if prepared.message is not None:
            if not await work.may_begin():
                return PutOff(BUSY_MS)
            drafts = await drafted(kit, work, prepared.message, "prepare")
            trace = trace.then("after-prepare-send-message", prepareSentMessage=shown(drafts))
        if prepared.request is None:
            end = End(trace.then("after-prepare-no-url_or_method"), delivery.attempts)
            return Post(drafts, failing, end) if drafts else end
        request = encode(prepared.request, delivery.id, depth_of(kit, delivery))
        request = replace(request, placeholders=work.services.placeholders(request))
        await store_prepared(kit.accepting, delivery, work.claim, request, trace, drafts, work.services)
    except ClientError as error:
        work.services.discard()
        return End(not_posted(trace, failing, error), delivery.attempts, failed=True)
    # it is committed
    work.services.discard()
    return Ready(request, trace)


async def send(kit: Outgoing, work: Work, ready: Ready) -> Sent:
    request = ready.request
    trace = ready.trace.then("pre-http-call", url=request.url, method=request.method)
    filler = await work.services.filler_of(request)
    reply: Answer | HttpError
    try:
        reply = await kit.client.send(request, allow=egress_of(work.integration), filler=filler)
        reply = await scrubbed(reply, work.services.known.scrubber)
        response = await off_loop(len(reply.content), answered, reply)
        text = response["content_raw"]
        seen: JsonObject = {name: response[name] for name in ("status_code", "headers", "truncated")}
        trace = trace.then("after-http-call", httpResult=text, response=seen, durationMs=reply.duration_ms)
    except HttpError as raised:
        error = reply = scrubbed_error(raised, work.services.known.scrubber)
        response = unanswered(error)
        failure: JsonObject = {"kind": error.kind, "message": error.message}
        trace = trace.then("after-http-call", httpResult=None, httpError=failure, error=True)
        if error.setting is not None:
            trace = trace.then("refused-by-policy", because=error.message, setting=error.setting)
    return Sent(request, reply, response, trace, work.delivery.attempts + 1)


async def ask_script(kit: Outgoing, work: Work, sent: Sent) -> Ending | None:
    """What process_outgoing_response makes of an answer, or of none when it was the last attempt; None leaves it."""
    script, reply = work.script, sent.reply
    if script is None or not work.defines(RESPONSE):
        return None
    if isinstance(reply, HttpError) and not is_last(kit.rules, work, sent):
        return None
    request = await off_loop(len(sent.request.body or b""), after_sending, sent.request, work.integration)
    result, report = await patiently(
        lambda: kit.scripts.process_outgoing_response(script, request, sent.response, services=work.services)
    )
    trace = called(kit, work, sent.trace.then(f"execute-script-before-running-{RESPONSE}"), RESPONSE, result, report)
    match result:
        case Busy("stopping"):
            return PutOff(BUSY_MS)
        case Busy():
            why = f"No cell was free within {PATIENCE_SECONDS:g} s to run the hook; the request is not sent again."
            trace = trace.then(f"execute-script-error-running-{RESPONSE}", error=True, errorStack=why)
            return End(trace, sent.attempts, failed=True, request=sent.request)
        case Failed():
            return End(trace, sent.attempts, failed=True, request=sent.request)
        case ResponseDone():
            return End(trace.then("after-process-false-result"), sent.attempts, request=sent.request)
        case ResponsePost():
            return await posting(kit, work, replace(sent, trace=trace), result.content, "process")
        case ResponseDefault():
            return await by_default(kit, work, replace(sent, trace=trace))
        case _:
            assert_never(result)


async def by_default(kit: Outgoing, work: Work, sent: Sent) -> Ending:
    """By status and by the answer's own `text` and `attachments`."""
    reply, rules = sent.reply, kit.rules
    verdict = rules.verdict(reply)
    match verdict:
        case "success":
            content = sent.response["content"]
            if isinstance(content, dict) and (content.get("text") or content.get("attachments")):
                return await posting(kit, work, sent, content, "answer")
            why = await why_unread(sent.response)
            trace = sent.trace if why is None else sent.trace.then("answer-not-read", because=why)
            return End(trace, sent.attempts, request=sent.request)
        case "disable":
            return disabling(sent)
        case "final":
            return final(sent)
        case "retry":
            return next_try(rules, work, sent)
        case _:
            assert_never(verdict)


async def posting(
    kit: Outgoing, work: Work, sent: Sent, content: JsonObject, of: Literal["process", "answer"]
) -> Ending:
    done, failing = {
        "process": ("after-process-send-message", "after-process-send-message-failed"),
        "answer": ("url-response-sent-message", "after-http-call-send-message-failed"),
    }[of]
    end = End(sent.trace, sent.attempts, request=sent.request)
    try:
        drafts = await drafted(kit, work, content, "answer")
    except ClientError as error:
        work.services.discard()
        return replace(end, trace=not_posted(end.trace, failing, error), failed=True)
    if not drafts:
        return replace(end, trace=end.trace.then("nothing-to-post"))
    key = "processSentMessage" if of == "process" else "resultMessage"
    return Post(drafts, failing, replace(end, trace=end.trace.then(done, **{key: shown(drafts)})))


async def drafted(
    kit: Outgoing, work: Work, content: JsonObject, purpose: Literal["prepare", "answer"]
) -> tuple[Draft, ...]:
    workspace, delivery = kit.accepting.workspace, work.delivery
    return tuple(await drafts_of(workspace, kit.rules, delivery, work.integration, content, purpose))


def depth_of(kit: Outgoing, delivery: Delivery) -> int | None:
    """What receivers are told, so that a chain ends that comes back to us."""
    return chain_of(delivery).depth if kit.rules.loop_guard else None


async def patiently(call: ResponseCall) -> tuple[ResponseResult, ScriptReport | None]:
    until = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    result, report = await call()
    while isinstance(result, Busy) and result.reason != "stopping" and asyncio.get_running_loop().time() < until:
        await asyncio.sleep(BUSY_MS / 1000)
        result, report = await call()
    return result, report


def called(
    kit: Outgoing,
    work: Work,
    trace: Trace,
    hook: str,
    result: PrepareResult | ResponseResult,
    report: ScriptReport | None,
) -> Trace:
    """What the call cost, said and asked for; a failed one ends the attempt, with the author's traceback."""
    services = work.services
    kit.services.log.write(work.integration, work.delivery.id, report, services.known.scrubber)
    if not isinstance(result, Failed):
        step = f"execute-script-after-running-{hook}"
        return trace if report is None else trace.then(step, script=report.to_json(), **services.did())
    services.discard()
    failure = result.failure
    report = report or ScriptReport(hook, {}, (), failure)
    stack = "\n".join(f"  {line}" for line in (failure.traceback or failure.message).splitlines())
    step = f"execute-script-error-running-{hook}"
    return trace.then(step, script=report.to_json(), error=True, errorStack=stack, **services.did())
