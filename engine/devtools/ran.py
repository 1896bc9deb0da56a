"""What a payload came to: messages, request and answer as the server would make them, with notes for the author."""

from dataclasses import dataclass, replace
from typing import Any, cast

from engine.devtools.local_services import LocalServices
from engine.errors import ClientError, PlainError
from engine.hook_errors import bare
from engine.model.integrations import Integration
from engine.model.json import JsonObject, JsonValue
from engine.model.runs import ScriptFailure, ScriptReport
from engine.posting import PostDefaults, check_size, destinations, message_body, normalise
from engine.redaction import Scrubber
from engine.secrets import without_references


@dataclass(frozen=True, slots=True)
class Ran:
    """What a payload came to.

    `messages` are as they would be posted, each with the `channel` it goes to; `request` is what would be sent, None
    for nothing; `answer` {status, body} is what the sender of a webhook gets. `notes` are for the author.
    """

    reports: tuple[ScriptReport, ...] = ()
    messages: tuple[JsonObject, ...] = ()
    request: JsonObject | None = None
    answer: JsonObject | None = None
    failure: ScriptFailure | None = None
    refused: bool = False
    notes: tuple[str, ...] = ()
    # the first message goes before the request
    announced: bool = False
    # what the hooks asked for, a line each
    asked: tuple[str, ...] = ()
    # the steps, by the names that history gives them
    trace: tuple[str, ...] = ()

    def outcome(self, *, outgoing: bool) -> JsonObject:
        """In the words of expected/."""
        outcome: JsonObject = {"messages": list(self.messages)}
        if outgoing:
            outcome["request"] = self.request
        else:
            outcome["answer"] = self.answer
        if self.failure is not None:
            outcome["error"] = {"kind": self.failure.kind, "line": self.failure.line, "message": self.failure.message}
        return outcome

    def to_json(self, *, outgoing: bool) -> JsonObject:
        """The outcome, and all that is known of how it came about."""
        return {
            **self.outcome(outgoing=outgoing),
            "refused": self.refused,
            "notes": list(self.notes),
            "asked": list(self.asked),
            "trace": list(self.trace),
            "reports": [report.to_json() for report in self.reports],
        }

    def then(self, *steps: str) -> "Ran":
        return replace(self, trace=(*self.trace, *steps))

    def note(self, *notes: str) -> "Ran":
        return replace(self, notes=(*self.notes, *notes))

    def without(self, scrubber: Scrubber) -> "Ran":
        """Without values of secrets and references to them, which are new in every run."""

        def clean(value: JsonValue) -> JsonValue:
            return without_references(scrubber.value(value))

        def text(value: str) -> str:
            return str(clean(value))

        reports = tuple(
            replace(report, log=tuple(cast(JsonObject, clean(line)) for line in report.log)) for report in self.reports
        )
        failure = self.failure
        if failure is not None:
            failure = replace(failure, message=text(failure.message), traceback=text(failure.traceback))
        return replace(
            self,
            reports=reports,
            messages=tuple(cast(JsonObject, clean(message)) for message in self.messages),
            request=cast(JsonObject | None, clean(self.request)),
            answer=cast(JsonObject | None, clean(self.answer)),
            failure=failure,
        )


def asked(services: LocalServices) -> tuple[str, ...]:
    """What a hook asked for, in words."""
    did = cast(dict[str, Any], services.run.did().get("services", {}))
    calls = [f"http {one['method']} {one['host']} {one.get('status', one.get('error'))}" for one in did.get("http", ())]
    store = did.get("store")
    counts = [f"store {store['reads']} read, {store['writes']} written"] if store else []
    return (*calls, *counts, *(f"secret {name}" for name in did.get("secrets", ())))


def posted(
    ran: Ran, body: JsonObject, integration: Integration, configured: list[str], *, override: bool, step: str
) -> Ran:
    """With the message that the content makes, if it makes one; `step` is the trace's word. Raises ClientError."""
    message = normalise(body, PostDefaults(integration.alias, integration.avatar, integration.emoji))
    check_size(message)
    if message.dropped:
        ran = ran.note(f"left out, since messages have no such fields: {', '.join(message.dropped)}")
    if message.empty:
        return ran.then("nothing-to-post")
    shown: JsonObject = {"text": message.text, **message_body(message, None)}
    if message.tmid is not None:
        shown["tmid"] = message.tmid
    shown["channel"] = list(destinations(body, configured, override))
    return replace(ran.then(step), messages=(*ran.messages, shown))


def turned_down(ran: Ran, error: ClientError) -> Ran:
    """The message cannot be posted: the server would say so to the sender."""
    hint = f" ({error.hint})" if isinstance(error, PlainError) and error.hint else ""
    failure = ScriptFailure("not-posted", f"The message cannot be posted: {error}{hint}")
    answer: JsonObject = {"status": error.status, "body": {"success": False, "error": bare(error)}}
    return replace(ran.then("not-posted"), answer=answer, failure=failure)
