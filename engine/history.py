"""What history keeps of a run, and how it shows it: one record for each attempt, in Rocket.Chat's field names.

A record is folded from its trace: the details of its steps, left to right, each later one on top; the last step is
`step`. `data` is never lost on the way. Ours beside Rocket.Chat's: `delivery` or `run`, `attempt`, `state`, `steps`,
`request`, `response`, and of the script `log`, `receipt` and `failure` with its line. What is stored is masked and cut
before it is stored. A snapshot of the integration comes without its script, which may be large: `integrations.get`
has it.
"""

from collections.abc import Collection, Sequence
from typing import cast

from engine.channels import ALL_DIRECT, ALL_PRIVATE, target
from engine.cutting import MAX_DETAIL, MAX_SHORT_DETAIL, cut, cut_script
from engine.dates import iso
from engine.model.history import IncomingRun, OutgoingRun
from engine.model.integrations import HistoryLevel, Integration
from engine.model.json import JsonObject, JsonValue
from engine.model.messages import Room
from engine.packing import pack, pack_json, unpack
from engine.redaction import MASK, NO_SECRETS, Redactor, Scrubber
from engine.sending import parsed
from engine.store.connections import json_text
from engine.store.history import MAX_ATTEMPTS
from engine.trace import Step, Trace

# of an exact request, compressed; a larger one is cut like everything else
MAX_REQUEST = 1024 * 1024
# of a trace, in characters, beyond which attempts but the first and the last are cut shorter: it is stored anew by each
MAX_TRACE = 512 * 1024
# the key of a step's detail that a script's report is under
SCRIPT = "script"
# and what a receiver answered
RESPONSE = "response"
FIRST_STEP = "start-execute-trigger-url"

_PRIVATE = ("user", ALL_DIRECT, ALL_PRIVATE)
_SHOWN = (
    *("data", "triggerWord", "ranPrepareScript", "prepareSentMessage", "processSentMessage", "resultMessage"),
    *("url", "httpResult", "httpError", "error", "errorStack", "response", "answer"),
)
# of the whole delivery: a retry does not make them again
_OF_THE_RUN = ("data", "triggerWord", "ranPrepareScript", "prepareSentMessage")


def level_of(integration: Integration, rooms: Sequence[Room | None] = ()) -> HistoryLevel:
    """`hookcell.history`; else failures only where direct messages or private groups are read or written."""
    own = None if integration.hookcell is None else integration.hookcell.history
    if own is not None:
        return own
    private = any(target(channel).kind in _PRIVATE for channel in integration.channel)
    return "failures" if private or any(room is not None and room.t != "c" for room in rooms) else "full"


def keeps(level: HistoryLevel, *, failed: bool) -> bool:
    return level == "full" or (level == "failures" and failed)


def redactor_for(
    integration: Integration | None, scrubber: Scrubber = NO_SECRETS, credentials: Collection[str] = ()
) -> Redactor:
    """`credentials` are of the request that the run sent."""
    tokens = () if integration is None else (integration.token,)
    return Redactor.of((*tokens, *credentials), scrubber)


def pack_trace(trace: Trace, redactor: Redactor) -> bytes:
    shown = _newest(trace)
    if (text := _masked_whole(shown.to_json(), redactor)) is not None:
        return pack_json(text)
    steps = [Step(step.name, step.at, masked(step.detail, redactor)) for step in shown.steps]
    return pack(Trace(trace.id, _shortened(steps)).to_json())


def _shortened(steps: list[Step]) -> tuple[Step, ...]:
    """Attempts in the middle with less of each thing, the oldest first, until all is at most MAX_TRACE."""
    attempts = [number for number, step in enumerate(steps) if step.name == FIRST_STEP]
    sizes = [len(json_text(step.detail)) for step in steps]
    more = sum(sizes) - MAX_TRACE
    for number in range(attempts[1], attempts[-1]) if len(attempts) > 2 else ():
        if more <= 0:
            break
        step = steps[number]
        steps[number] = Step(step.name, step.at, _short(step.detail))
        more -= sizes[number] - len(json_text(steps[number].detail))
    return tuple(steps)


def _short(detail: JsonObject) -> JsonObject:
    return {key: _cut(key, item, item, MAX_SHORT_DETAIL) for key, item in detail.items()}


def unpack_trace(id: str, packed: bytes | None) -> Trace:
    return Trace(id) if packed is None else Trace.from_json(id, cast(list[JsonValue], unpack(packed)))


def pack_masked(request: JsonObject, redactor: Redactor) -> bytes:
    """A request as history keeps it: exact but for what is masked, unless it is too large.

    Beside its own keys it has `masked` or `cut`, where something was: what, as "headers.authorization".
    """
    if (text := _masked_whole(request, redactor)) == json_text(request):
        return pack_json(text)
    shown = cast(JsonObject, redactor.value(request))
    places: JsonObject = {"masked": [*found]} if (found := _changed(request, shown)) else {}
    packed = pack(shown | places)
    if len(packed) <= MAX_REQUEST:
        return packed
    kept = masked(request, redactor)
    return pack(kept | places | {"cut": [*_changed(shown, kept)]})


def _masked_whole(value: JsonValue, redactor: Redactor) -> str | None:
    """The JSON of something small, masked as text; None where each value has to be looked at."""
    text = json_text(value)
    return redactor.json(text) if len(text) <= MAX_DETAIL else None


def _changed(before: JsonObject, after: JsonObject) -> list[str]:
    changed = []
    for key, old in before.items():
        new = after.get(key)
        if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
            changed += [f"{key}.{place}" for place in _changed(old, new)]
        elif old != new:
            changed.append(key)
    return changed


def masked(detail: JsonObject, redactor: Redactor) -> JsonObject:
    """Each item without what must not be shown, and not too large."""
    # of a long text only so much is looked at that no secret can lie across the cut
    looked_at = {key: item[: 2 * MAX_DETAIL] if isinstance(item, str) else item for key, item in detail.items()}
    shown = cast(JsonObject, redactor.value(looked_at))
    return {key: _cut(key, item, detail.get(key)) for key, item in shown.items()}


def _cut(key: str, item: JsonValue, whole: JsonValue, most: int = MAX_DETAIL) -> JsonValue:
    if isinstance(item, dict) and key == SCRIPT:
        return cut_script(item, most)
    if isinstance(item, dict) and key == RESPONSE:
        # whatever its headers are, its status stays
        return {name: cut(value, value, most) for name, value in item.items()}
    return cut(item, whole, most)


def incoming_record(run: IncomingRun) -> JsonObject:
    trace = unpack_trace(run.id, run.trace)
    failed = run.state in ("failed", "interrupted")
    redactor = Redactor.of((_token(run.record),))
    request: JsonValue = None if run.request is None else redactor.value(unpack(run.request))
    return {
        "_id": run.id,
        "type": "incoming-webhook",
        "integration": _snapshot(run.record, redactor),
        "_createdAt": iso(run.created_at),
        "_updatedAt": iso(run.updated_at),
        "run": run.id,
        "state": run.state,
        "finished": run.state != "running",
        **({"error": True} if failed else {}),
        **({} if request is None else {"request": request}),
        **_folded(trace),
    }


def outgoing_records(run: OutgoingRun) -> list[JsonObject]:
    """The newest attempt first."""
    redactor = Redactor.of((_token(run.record),))
    attempts = _attempts(unpack_trace(run.id, run.trace))
    of_the_run = _folded(attempts[0])
    records = []
    for attempt in attempts:
        last = attempt is attempts[-1]
        number = attempt.steps[0].detail.get("attempt", 1) if attempt.steps else 1
        record: JsonObject = {
            "_id": f"{run.id}-{number}",
            "type": "outgoing-webhook",
            "step": FIRST_STEP,
            "integration": _snapshot(run.record, redactor),
            "event": run.event,
            "_createdAt": iso(attempt.steps[0].at if attempt.steps else run.created_at),
            "_updatedAt": iso(run.updated_at if last or not attempt.steps else attempt.steps[-1].at),
            "url": redactor.text(run.url),
            **{key: of_the_run[key] for key in _OF_THE_RUN if key in of_the_run},
            **_folded(attempt),
            "delivery": run.id,
            "attempt": number,
            "finished": last and run.state in ("finished", "failed"),
        }
        if isinstance(text := record.get("httpResult"), str):
            record["httpResult"] = json_text(text)
        record |= _sent(run, attempt, redactor)
        if last:
            record |= _standing(run)
        records.append(record)
    return records[::-1]


def _standing(run: OutgoingRun) -> JsonObject:
    """How the delivery stands now: told by its newest record."""
    standing: JsonObject = {"state": run.state}
    if run.state == "pending":
        standing["due"] = iso(run.due)
    if run.state == "held":
        standing["heldReason"] = run.held_reason
    if run.interruptions:
        standing["interruptions"] = run.interruptions
    if run.state == "failed" or (run.state == "held" and run.interruptions):
        standing["error"] = True
    return standing


def _sent(run: OutgoingRun, attempt: Trace, redactor: Redactor) -> JsonObject:
    """The request, of an attempt that got as far as sending it."""
    if run.request is None or not any(step.name == "pre-http-call" for step in attempt.steps):
        return {}
    request = cast(JsonObject, unpack(run.request))
    headers = _headers(request["headers"])
    body = request["body"]
    if isinstance(body, str):
        content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
        body = parsed(body, cast(str, content_type))
    return {
        "httpCallData": redactor.value(body),
        "request": {
            "method": request["method"],
            "url": redactor.text(cast(str, request["url"])),
            "headers": redactor.headers(headers),
        },
    }


def _headers(pairs: JsonValue) -> JsonObject:
    return dict(cast(list[tuple[str, str]], pairs))


def _folded(trace: Trace) -> JsonObject:
    folded: JsonObject = {}
    steps: list[JsonValue] = []
    log: list[JsonValue] = []
    receipts: list[JsonValue] = []
    for step in trace.steps:
        detail = dict(step.detail)
        script = detail.pop(SCRIPT, None)
        if isinstance(script, dict) and isinstance(script.get("log"), list):
            hook = script["hook"]
            log += [{"hook": hook, **cast(JsonObject, line)} for line in cast(list[JsonValue], script["log"])]
            receipts.append({"hook": hook, **cast(JsonObject, script["receipt"])})
            if isinstance(script["error"], dict):
                folded["failure"] = {"hook": hook, **script["error"]}
        shown = {key: detail.pop(key) for key in _SHOWN if key in detail}
        folded |= shown
        steps.append({"name": step.name, "at": iso(step.at), **detail})
    if trace.steps:
        folded["step"] = trace.last
    return folded | {"steps": steps, "log": log, "receipt": receipts}


def _attempts(trace: Trace) -> list[Trace]:
    starts = [number for number, step in enumerate(trace.steps) if step.name == FIRST_STEP] or [0]
    ends = [*starts[1:], len(trace.steps)]
    return [Trace(trace.id, trace.steps[start:end]) for start, end in zip(starts, ends, strict=True)]


def _newest(trace: Trace) -> Trace:
    attempts = _attempts(trace)
    if len(attempts) <= MAX_ATTEMPTS:
        return trace
    kept = [attempts[0], *attempts[len(attempts) - MAX_ATTEMPTS + 1 :]]
    return Trace(trace.id, tuple(step for attempt in kept for step in attempt.steps))


def _snapshot(record: JsonObject, redactor: Redactor) -> JsonObject:
    left_out = ("script", "scriptCompiled", "token")
    snapshot = cast(JsonObject, redactor.value({key: item for key, item in record.items() if key not in left_out}))
    return snapshot | ({"token": MASK} if record.get("token") else {})


def _token(record: JsonObject) -> str | None:
    token = record.get("token")
    return token if isinstance(token, str) else None
