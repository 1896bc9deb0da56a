"""Runs a script's hooks on a recorded payload and says what the server would make of what they return.

The script runs in the server's own cells under the server's limits; nothing is posted and nothing is sent. What a
posted message, a request and an answer come to is in `Ran`, in the words of expected/.
"""

from dataclasses import replace
from pathlib import Path
from typing import assert_never

from engine.delivery.rules import Rules
from engine.devtools.files import FixtureError
from engine.devtools.fixtures import Fixture
from engine.devtools.local_services import LocalHost, LocalServices
from engine.devtools.ran import Ran, asked, posted, turned_down
from engine.devtools.subjects import Subject, event_request, receiver, reply, webhook_request
from engine.errors import ClientError, Unavailable
from engine.hook_bodies import EMPTY_BODY, no_json
from engine.hook_errors import FAILED, NOT_COMPILED
from engine.http import Answer
from engine.model.integrations import IncomingIntegration, OutgoingIntegration
from engine.model.json import JsonObject, JsonValue
from engine.model.runs import (
    Busy,
    Failed,
    IncomingNothing,
    IncomingPost,
    IncomingRefused,
    Prepared,
    PrepareNothing,
    ResponseDefault,
    ResponseDone,
    ResponsePost,
    ScriptReport,
)
from engine.scripts import HOOKS, Scripts
from engine.sending import after_sending, answered, encode, unanswered, without_script

INCOMING_HOOK, PREPARE, RESPONSE = (form.name for form in HOOKS)
# what an author tries was said by a person: nothing led to it but this integration
BY_A_PERSON = 1
DELIVERY_ID = "delivery"


class Runner:
    def __init__(self, scripts: Scripts, host: LocalHost | None = None) -> None:
        self.scripts = scripts
        self.host = host or LocalHost()

    async def run(
        self, subject: Subject, fixture: Fixture, hook: str | None = None, services: LocalServices | None = None
    ) -> Ran:
        """The hooks that the event calls, or only `hook`; `services` are those of a session that goes on.

        Raises FixtureError, and Unavailable when no cell is free.
        """
        services = services or self.host.open(subject.integration, fixture)
        try:
            match subject.integration:
                case IncomingIntegration() as integration:
                    ran = await self._incoming(subject, integration, fixture, services)
                case OutgoingIntegration() as integration:
                    ran = await self._outgoing(subject, integration, fixture, hook, services)
                case _:
                    assert_never(subject.integration)
            if ran.failure is None:
                services.keep()
        finally:
            services.drop()
        return ran.without(services.run.known.scrubber)

    # a webhook arrives

    async def _incoming(
        self, subject: Subject, integration: IncomingIntegration, fixture: Fixture, services: LocalServices
    ) -> Ran:
        try:
            given = await webhook_request(integration, fixture)
        except ClientError as error:
            return turned_down(Ran(trace=("request-received",)), error)
        result, report = await self.scripts.process_incoming(
            subject.script, given.request, fixture.payload, parse=given.parse, now=fixture.now, services=services
        )
        empty = given.why_empty
        before = ("request-received", *(() if empty is None else (EMPTY_BODY,)))
        if report is not None and report.no_json is not None:
            empty = no_json(report.no_json)
        ran = Ran(
            _reported(report),
            asked=asked(services),
            notes=() if empty is None else (f"content is {{}}, and the text is content_raw: {empty}",),
            answer={"status": 200, "body": {"success": True}},
            trace=(*before, *_steps(INCOMING_HOOK, report, result, f"after-{INCOMING_HOOK}")),
        )
        match result:
            case IncomingNothing(response=response):
                answer: JsonObject = {**(response or {}), "success": True}
                return replace(ran.then("nothing-to-post"), answer={"status": 200, "body": answer})
            case IncomingPost(content=body, response=response, user=user):
                answer = {**(response or {}), "success": True}
                ran = replace(ran, answer={"status": 200, "body": answer})
                override = integration.override_destination_channel_enabled or not subject.configured
                try:
                    channels = list(integration.channel)
                    ran = posted(ran, body, integration, channels, override=override, step="would-be-posted")
                except ClientError as error:
                    return turned_down(ran, error)
                if user is not None and ran.messages:
                    who = user.get("_id") or user.get("username")
                    return ran.note(f"posted as {who}, if that user is there and the integration's creator may do so")
                return ran
            case IncomingRefused(body=body):
                answer = {"status": 400, "body": {**body, "success": False}}
                return replace(ran.then("refused-by-script"), answer=answer, refused=True)
            case Failed(failure=failure):
                code = NOT_COMPILED if failure.kind == "not-compiled" else FAILED
                answer = {"status": 400, "body": {"success": False, "error": code}}
                return replace(ran, answer=answer, failure=failure)
            case Busy():
                raise _busy()
            case _:
                assert_never(result)

    # an event is sent

    async def _outgoing(
        self,
        subject: Subject,
        integration: OutgoingIntegration,
        fixture: Fixture,
        hook: str | None,
        services: LocalServices,
    ) -> Ran:
        given = event_request(integration, fixture)
        data = given.payload
        ran = Ran(trace=("mapped-args-to-data",))
        prepared = Prepared(None, without_script(receiver(integration), data))
        if PREPARE in subject.script.hooks and hook != RESPONSE:
            result, report = await self.scripts.prepare_outgoing_request(
                subject.script, given.request, now=fixture.now, services=services
            )
            ran = replace(ran, reports=_reported(report), asked=asked(services))
            ran = ran.then(*_steps(PREPARE, report, result, f"execute-script-after-running-{PREPARE}"))
            match result:
                case PrepareNothing(forgot_return=True):
                    ran = ran.then("after-prepare-no-opts")
                    return ran.note(f"{PREPARE} changed its request but returned nothing: end it with `return request`")
                case PrepareNothing():
                    return ran.then("after-prepare-no-opts")
                case Failed(failure=failure):
                    return replace(ran, failure=failure)
                case Busy():
                    raise _busy()
                case Prepared():
                    prepared = result
                case _:
                    assert_never(result)
        rooms = _rooms(integration, data)
        try:
            if prepared.message is not None:
                step = "after-prepare-send-message"
                ran = posted(ran, prepared.message, integration, rooms, override=True, step=step)
                ran = replace(ran, announced=bool(ran.messages))
            if prepared.request is None:
                if prepared.message is None:
                    ran = ran.note(_NOT_SENT)
                return ran.then("after-prepare-no-url_or_method")
            request = encode(prepared.request, DELIVERY_ID, BY_A_PERSON)
        except ClientError as error:
            return turned_down(ran, error)
        sent = after_sending(request, integration)
        ran = replace(ran.then("pre-http-call"), request=sent)
        if hook == PREPARE:
            return ran
        if fixture.response is None:
            return _without_answer(ran, subject, fixture, hook)
        services.keep()
        return await self._response(ran, subject, integration, fixture, sent, rooms, services)

    async def _response(
        self,
        ran: Ran,
        subject: Subject,
        integration: OutgoingIntegration,
        fixture: Fixture,
        sent: JsonObject,
        rooms: list[str],
        services: LocalServices,
    ) -> Ran:
        assert fixture.response is not None
        came = reply(fixture.response, str(sent["url"]))
        response = answered(came) if isinstance(came, Answer) else unanswered(came)
        ran = ran.then("after-http-call")
        content: JsonValue = None
        step = "url-response-sent-message"
        if RESPONSE in subject.script.hooks:
            result, report = await self.scripts.process_outgoing_response(
                subject.script, sent, response, now=fixture.now, services=services
            )
            ran = replace(ran, reports=(*ran.reports, *_reported(report)), asked=(*ran.asked, *asked(services)))
            ran = ran.then(*_steps(RESPONSE, report, result, f"execute-script-after-running-{RESPONSE}"))
            match result:
                case ResponseDone():
                    return ran.then("after-process-false-result")
                case Failed(failure=failure):
                    return replace(ran, failure=failure)
                case Busy():
                    raise _busy()
                case ResponsePost(content=content):
                    step = "after-process-send-message"
                case ResponseDefault():
                    pass
                case _:
                    assert_never(result)
        if content is None:
            verdict = Rules().verdict(came)
            content = response["content"] if verdict == "success" else None
            if verdict != "success":
                ran = ran.note(_VERDICTS[verdict])
        if not isinstance(content, dict) or not (content.get("text") or content.get("attachments")):
            return ran
        try:
            return posted(ran, content, integration, rooms, override=True, step=step)
        except ClientError as error:
            return turned_down(ran, error)


_NOT_SENT = (
    f"nothing is sent, since {PREPARE} returned a dict without url or without method: end it with `return request`, or "
    "return both"
)
_VERDICTS = {
    "retry": "the answer would be asked for again, by retryFailedCalls, retryCount and retryDelay",
    "final": "the answer ends the delivery as failed",
    "disable": "the answer ends the delivery and disables the integration",
}


def _reported(report: ScriptReport | None) -> tuple[ScriptReport, ...]:
    return () if report is None else (report,)


def _steps(hook: str, report: ScriptReport | None, result: object, done: str) -> tuple[str, ...]:
    """Those of one call."""
    if report is None:
        return ("execute-script-getting-script",)
    ended = f"execute-script-error-running-{hook}" if isinstance(result, Failed) else done
    return f"execute-script-before-running-{hook}", *(() if report.no_json is None else (EMPTY_BODY,)), ended


def _busy() -> Unavailable:
    return Unavailable("No cell was free to run the script. Try again.")


def _rooms(integration: OutgoingIntegration, data: JsonObject) -> list[str]:
    """The room of the event, by its name where it has one."""
    if integration.target_room:
        return [integration.target_room]
    if isinstance(name := data.get("channel_name"), str) and name:
        return [f"#{name}"]
    return [room] if isinstance(room := data.get("channel_id"), str) else []


def _without_answer(ran: Ran, subject: Subject, fixture: Fixture, hook: str | None) -> Ran:
    if RESPONSE not in subject.script.hooks:
        return ran
    wanted = f"{fixture.name}.response.json or .response.toml"
    if hook == RESPONSE:
        raise FixtureError(Path(wanted), f"is missing beside the payload; {RESPONSE} needs what the receiver answers")
    return ran.note(f"{RESPONSE} was not called: write what the receiver answers into {wanted}, beside the payload")
