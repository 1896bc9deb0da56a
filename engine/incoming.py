"""Journey 1: a webhook becomes a message.

One function reads as the contract does: the run is stored, the hook runs, its result says what to post; destinations
and permissions are looked at; the message, what follows from it and the end of the run are one transaction; then the
sender is answered. Only the journey appends to the run's trace. Of a script the sender sees what it returned as
`response` or `error`, never its lines, log or traceback.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from sqlalchemy import Connection

from engine import accepting, history
from engine.errors import ClientError, CodedError, NotLoggedIn, Unavailable
from engine.hook_bodies import carried_over, content_of, no_json, posted_as_it_is
from engine.hook_errors import FAILED, NOT_COMPILED, TOO_LARGE
from engine.hook_repeats import Superseded, begin_run, claim_of, forget_run, repeated, settle_key
from engine.hook_requests import script_request, stored_request
from engine.ids import new_id
from engine.incoming_posting import named_user, posting
from engine.incoming_runs import GONE, Disabled, End, Incoming, Run, gone, level_of, not_done, told_why_empty
from engine.model.events import Chain
from engine.model.history import RunStart
from engine.model.hooks import HookAnswer, HookContent, HookRequest
from engine.model.integrations import IncomingIntegration, SavedIntegration
from engine.model.json import JsonObject
from engine.model.runs import (
    Busy,
    Failed,
    IncomingNothing,
    IncomingPost,
    IncomingRefused,
    IncomingResult,
)
from engine.packing import pack
from engine.redaction import Redactor
from engine.scripts import BAD_ARGUMENTS, Script
from engine.services import RunServices
from engine.store.isolation import row_by_row
from engine.store.runs import drop_run, end_run
from engine.threads import off_loop
from engine.trace import UNEXPECTED, Trace, defect, now_ms
from engine.workspace.protocol import Posted

HOOK = "process_incoming"


async def run(kit: Incoming, saved: SavedIntegration, request: HookRequest) -> HookAnswer:
    """`saved` is the integration whose id and token the request had.

    Raises Unavailable when nothing could be stored or run.
    """
    under_way = await begin(kit, saved, request)
    if isinstance(under_way, HookAnswer):
        return under_way
    try:
        return await ended(kit, under_way)
    finally:
        under_way.services.discard()


async def ended(kit: Incoming, run: Run) -> HookAnswer:
    try:
        return await answered(kit, run)
    except Unavailable:
        raise
    except Exception as error:
        # a defect of ours: the run is over all the same
        over = run.then(UNEXPECTED, error=True, errorStack=defect(error))
        await finish(kit, End(over, "failed", 500, {"success": False}))
        raise


async def answered(kit: Incoming, run: Run) -> HookAnswer:
    try:
        ending = await carry_out(kit, run)
    except Unavailable:
        # Nothing was posted: the sender sends it again, and that will be a run of its own.
        await kit.accepting.store.write(forget_run, run.trace.id, run.claim)
        raise
    try:
        return await finish(kit, ending)
    except Superseded:
        await kit.accepting.store.write(drop_run, run.trace.id)
        raise


async def begin(kit: Incoming, saved: SavedIntegration, request: HookRequest) -> Run | HookAnswer:
    """Stored before the script starts, so that a crash leaves an interrupted run that can be replayed.

    An answer where the same request was answered before.
    """
    integration = saved.integration
    assert isinstance(integration, IncomingIntegration)
    user = await kit.workspace.user(id=integration.user_id)
    run_id = new_id()
    services = await services_of(kit, integration, run_id, request)
    redactor = history.redactor_for(integration, services.known.scrubber)
    trace = Trace(run_id).then("request-received", method=request.method, bytes=len(request.raw))
    if (replayed := request.replayed) is not None:
        trace = trace.then("replayed", of=replayed.of, masked=list(replayed.masked), post=replayed.post)
    level = level_of(request, integration)
    start = None
    if level != "off":
        start = RunStart(
            id=trace.id,
            integration_id=integration.id,
            revision=saved.revision,
            worker=kit.worker,
            request=await off_loop(len(request.raw), _packed, request, redactor),
            created_at=now_ms(),
        )
    claim = claim_of(request, integration.id, trace.id) if replayed is None else None
    if start is not None or claim is not None:
        kept = await kit.accepting.store.write(begin_run, start, claim)
        if kept is not None:
            return repeated(kept)
    size = len(request.raw)
    return Run(integration, saved, request, user or gone(integration), level, trace, services, size, claim)


def _packed(request: HookRequest, redactor: Redactor) -> bytes:
    return history.pack_masked(stored_request(request), redactor)


async def services_of(
    kit: Incoming, integration: IncomingIntegration, run_id: str, request: HookRequest
) -> RunServices:
    replayed = request.replayed
    posts = replayed is None or replayed.post
    depth = None if kit.strict else chain_of(request, integration).depth
    again = replayed is not None
    return await kit.services.open(integration.id, integration, run_id, replayed=again, posts=posts, depth=depth)


def chain_of(request: HookRequest, integration: IncomingIntegration) -> Chain:
    """Of whatever led here nothing is known but how many they were."""
    return Chain((*("",) * request.depth, integration.id))


async def carry_out(kit: Incoming, run: Run) -> End:
    try:
        await may_run(kit, run)
        content = await content_of(run.request)
        script = live_script(kit, run)
        if isinstance(script, End):
            return script
        if script is None:
            content = await posted_as_it_is(run.request, content)
            body = content.value if isinstance(content.value, dict) else {}
            return await posting(kit, told_why_empty(run, content.why), body, response=None)
        if run.request.is_json:
            # of other types a script has `content_raw`
            run = told_why_empty(run, content.why)
        result, run = await call(kit, run, script, content)
        return await obey(kit, run, result)
    except ClientError as error:
        return not_done(run, error)


async def may_run(kit: Incoming, run: Run) -> None:
    if run.user.type == GONE:
        raise NotLoggedIn
    if not run.integration.enabled:
        raise Disabled
    if kit.strict and not await kit.workspace.has_permission(run.user, "message-impersonate"):
        raise CodedError("error-user-lacks-message-impersonate-permission")


def live_script(kit: Incoming, run: Run) -> Script | End | None:
    integration = run.integration
    source = integration.live_script
    if source is None:
        return None
    if integration.script_error is not None:
        if kit.strict and integration.script_error.get("name") == "MissingHook":
            return End(run.then(f"execute-script-no-method-{HOOK}"), "finished", 200, {"success": True})
        if kit.strict:
            return None
        stack = str(integration.script_error.get("stack", ""))
        run = run.then("execute-script-getting-script", error=True, errorStack=stack)
        return End(run, "failed", 400, {"success": False, "error": NOT_COMPILED})
    once = integration.own_settings.isolation == "per-call"
    return Script(integration.id, run.saved.revision, source, (HOOK,), once)


async def call(kit: Incoming, run: Run, script: Script, content: HookContent) -> tuple[IncomingResult, Run]:
    run = run.then(f"execute-script-before-running-{HOOK}")
    request = script_request(run.request, content, run.integration, run.user)
    services = run.services
    result, report = await kit.scripts.process_incoming(
        script, request, run.request.raw, parse=content.parse, services=services
    )
    kit.services.log.write(run.integration, run.trace.id, report, services.known.scrubber)
    if report is None:
        return result, run
    if isinstance(written := report.receipt.get("outputBytes"), int):
        run = replace(run, size=run.size + written)
    if report.no_json is not None:
        run = told_why_empty(run, no_json(report.no_json))
    detail: JsonObject = {"script": report.to_json(), **services.did()}
    if isinstance(result, IncomingNothing | IncomingPost) and result.response:
        detail["answer"] = result.response
    if isinstance(result, Failed):
        failure = result.failure
        stack = failure.traceback or failure.message
        return result, run.then(f"execute-script-error-running-{HOOK}", error=True, errorStack=stack, **detail)
    return result, run.then(f"after-{HOOK}", **detail)


async def obey(kit: Incoming, run: Run, result: IncomingResult) -> End:
    """What the hook returned, carried out: the table of the contract."""
    match result:
        case IncomingNothing(response=response):
            run = run.then("nothing-to-post")
            return End(run, "finished", 200, {**(response or {}), "success": True})
        case IncomingPost(content=content, response=response, user=user):
            if user is not None:
                run = replace(run, user=await named_user(kit, run, user))
            return await posting(kit, run, await carried_over(run.request, content), response=response)
        case IncomingRefused(body=body):
            return End(run.then("refused-by-script", answer=body), "refused", 400, {**body, "success": False})
        case Failed(failure=failure) if failure.kind == BAD_ARGUMENTS:
            # all that is large in them is the sender's
            return End(run, "failed", 413, {"success": False, "error": TOO_LARGE})
        case Failed(failure=failure):
            code = NOT_COMPILED if failure.kind == "not-compiled" else FAILED
            if run.trace.last != f"execute-script-error-running-{HOOK}":
                run = run.then("execute-script-getting-script", error=True, errorStack=failure.message)
            return End(run, "failed", 400, {"success": False, "error": code})
        case Busy():
            raise Unavailable("No cell was free; nothing was posted. Send the request again.")
        case _:
            assert_never(result)


async def finish(kit: Incoming, ending: End) -> HookAnswer:
    """Message, event, deliveries and the end of the run in one transaction, and only then the answer."""
    run = ending.run
    redactor = history.redactor_for(run.integration, run.services.known.scrubber)
    told = run.size * max(len(ending.drafts), 1)
    packed = await off_loop(told, history.pack_trace, run.trace, redactor)
    answer = HookAnswer(ending.status, ending.body, run.trace.id)
    body = b"" if run.claim is None else await off_loop(run.size, pack, answer.body)
    written = run.services.written()

    @row_by_row
    def end(connection: Connection, _: Sequence[Posted] = ()) -> None:
        settle_key(connection, run.claim, ending.state, answer.status, body)
        if ending.state in ("finished", "refused"):
            written.commit(connection)
        if run.level == "off":
            return
        if history.keeps(run.level, failed=ending.state in ("failed", "refused")):
            end_run(connection, run.trace.id, ending.state, packed, now_ms())
        else:
            drop_run(connection, run.trace.id)

    if not ending.drafts:
        await kit.accepting.store.write(end)
        return answer
    try:
        await accepting.post(kit.accepting, ending.drafts, chain=chain_of(run.request, run.integration), also=end)
    except ClientError as error:
        # the room or the user went between looking and posting
        return await finish(kit, not_done(run, error))
    return answer
