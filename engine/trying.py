"""Whether a delivery is tried, with what, and whether once more: decided from rows and rules, nothing is called.

A delivery's settings are those of its event's time; whether the integration still exists and is enabled is of now.
"""

from dataclasses import dataclass

from engine import history
from engine.delivery.rules import Rules
from engine.delivery.turns import Turn
from engine.http import Answer, HttpError, OutgoingRequest
from engine.model.deliveries import Claim, Delivery
from engine.model.integrations import OutgoingIntegration
from engine.model.json import JsonObject
from engine.retry import HOUR_MS, MAX_AGE_MS, delay_ms, is_too_old, retry_after_ms
from engine.scripts import Script
from engine.sending import unpack_request
from engine.services import RunServices
from engine.settling import End, Hold, Retry
from engine.trace import Trace, now_ms


@dataclass(frozen=True, slots=True)
class Work:
    """A delivery that may be tried, with the script to try it with."""

    delivery: Delivery
    claim: Claim
    integration: OutgoingIntegration
    script: Script | None
    services: RunServices
    # of a first attempt
    turn: Turn | None

    def defines(self, hook: str) -> bool:
        return self.script is not None and hook in self.script.hooks

    async def may_begin(self) -> bool:
        """Once whatever comes before it in its order has begun; False when that was put off."""
        return self.turn is None or await self.turn.come()

    def begin(self) -> None:
        if self.turn is not None:
            self.turn.begin()


@dataclass(frozen=True, slots=True)
class Ready:
    """What to send, stored."""

    request: OutgoingRequest
    trace: Trace


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of it; `response` is that for the script, `attempts` counts this one."""

    request: OutgoingRequest
    reply: Answer | HttpError
    response: JsonObject
    trace: Trace
    attempts: int


def opened(delivery: Delivery) -> Trace:
    """The trace so far; a new attempt begins in it, unless one that was prepared and never ended goes on."""
    trace = history.unpack_trace(delivery.id, delivery.trace)
    if trace.steps and delivery.attempts == 0:
        return trace
    return trace.then(history.FIRST_STEP, attempt=delivery.attempts + 1, url=delivery.url)


def usable(
    rules: Rules, delivery: Delivery, claim: Claim, services: RunServices, turn: Turn | None, trace: Trace
) -> Work | End:
    integration, attempts = delivery.integration, delivery.attempts
    if integration is None or delivery.enabled is None:
        return End(trace.then("integration-removed"), attempts)
    if not delivery.enabled:
        return End(trace.then("integration-disabled"), attempts)
    source, error = integration.live_script, integration.script_error
    if source is not None and error is not None and rules.broken_script_stops:
        stack = error.get("stack", "")
        return End(trace.then("execute-script-getting-script", error=True, errorStack=stack), attempts, failed=True)
    if source is None or error is not None:
        return Work(delivery, claim, integration, None, services, turn)
    once = integration.hookcell is not None and integration.hookcell.isolation == "per-call"
    script = Script(integration.id, delivery.revision, source, delivery.hooks, once)
    return Work(delivery, claim, integration, script, services, turn)


def resumed(rules: Rules, work: Work, trace: Trace) -> Ready | None:
    """The request that is stored, where it is to be sent again."""
    delivery = work.delivery
    if not delivery.prepared or delivery.request is None or (delivery.attempts and not rules.prepares_once):
        return None
    return Ready(unpack_request(delivery.request), trace)


def next_try(rules: Rules, work: Work, sent: Sent) -> Retry | Hold | End:
    """After an attempt that may be repeated: by the integration's schedule, within its count and our ceilings."""
    integration, trace, attempts = work.integration, sent.trace, sent.attempts
    if not integration.retry_failed_calls:
        return _failed(sent, "failed-and-not-configured-to-retry")
    if attempts > (integration.retry_count or 0):
        return _failed(sent, "too-many-retries")
    delay = delay_ms(
        integration.retry_delay or "", attempts, retry_after=_asked_for(sent.reply), strict=not rules.keeps_deadlines
    )
    if delay is None:
        return _failed(sent, "failed-and-retry-delay-is-invalid")
    if is_too_old(work.delivery.created_at, work.delivery.read_at, strict=not rules.keeps_deadlines):
        hours = MAX_AGE_MS // HOUR_MS
        return Hold(trace.then("held", because=f"it is older than {hours} hours"), attempts, "too-old", sent.request)
    return Retry(trace.then(f"going-to-retry-{attempts}", error=True, delayMs=delay), attempts, delay, sent.request)


def is_last(rules: Rules, work: Work, sent: Sent) -> bool:
    return rules.verdict(sent.reply) != "retry" or not isinstance(next_try(rules, work, sent), Retry)


def final(sent: Sent) -> End:
    """After an answer that would be the same the next time."""
    reply = sent.reply
    step = "failed-and-not-configured-to-retry"
    if isinstance(reply, Answer) and reply.status == 500:
        step = "after-process-http-status-500"
    return _failed(sent, step)


def disabling(sent: Sent) -> End:
    trace = sent.trace.then("after-process-http-status-410", error=True)
    return End(trace, sent.attempts, failed=True, request=sent.request, disable=True)


def _asked_for(reply: Answer | HttpError) -> int | None:
    if isinstance(reply, HttpError):
        return None
    value = next((value for name, value in reply.headers if name == "retry-after"), None)
    return retry_after_ms(value, now_ms())


def _failed(sent: Sent, step: str) -> End:
    return End(sent.trace.then(step, error=True), sent.attempts, failed=True, request=sent.request)
