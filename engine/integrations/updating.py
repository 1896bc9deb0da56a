"""integrations.update: what was sent replaces, what was not stays; the checks are the original's, in its order.

Nothing is written before everything is checked, and nothing over somebody else's change: that starts anew.
"""

from sqlalchemy import Connection

from engine.channels import incoming_targets
from engine.errors import CodedError, PlainError, Unavailable
from engine.integrations import checks
from engine.integrations.access import rights_over
from engine.integrations.checks import Refusal
from engine.integrations.creating import check_outgoing, store_code
from engine.integrations.records import Fields, updated
from engine.integrations.registry import Registry, Scripted, kind_of, with_script
from engine.integrations.removing import find_by_url
from engine.integrations.requests import IncomingUpdate, OutgoingUpdate, Update, read_update
from engine.integrations.warnings import warnings_about
from engine.model.integrations import INCOMING, OUTGOING, Integration, SavedIntegration, to_record
from engine.model.json import JsonObject, JsonValue
from engine.model.messages import User
from engine.store.integrations import get_integration, revise_integration
from engine.trace import now_ms

INCOMING_REFUSAL = Refusal("method", "updateIncomingIntegration")
OUTGOING_REFUSAL = Refusal("method", "updateOutgoingIntegration")
MAX_TRIES = 5
# What an update leaves alone while scripts are frozen.
FROZEN = frozenset({"script", "scriptEnabled", "scriptEngine", "skipTranspile"})


async def update(registry: Registry, caller: User, body: JsonValue) -> JsonObject:
    """The answer, as create's. Raises ClientError and Unavailable."""
    request = read_update(body, strict=registry.strict)
    kind = kind_of(request.type)
    said = request.fields()
    if registry.frozen:
        said = {key: value for key, value in said.items() if key not in FROZEN}
    for _ in range(MAX_TRIES):
        found = await _found(registry, request)
        if found is None or found.integration.type != kind:
            raise PlainError("No integration found.")
        computed = await _checked(registry, caller, request, found.integration)
        now = now_ms()
        after = updated(found.integration, said, computed, caller=caller, now=now)
        scripted = await with_script(registry, after, found)
        if await registry.store.write(_revise, scripted, found.revision, now):
            registry.index.invalidate()
            warnings = await warnings_about(scripted.integration, said.keys(), registry)
            return {"integration": to_record(scripted.integration), "warnings": [*warnings]}
    raise Unavailable("The integration is being changed by others all the time; send it again.")


async def _found(registry: Registry, request: Update) -> SavedIntegration | None:
    if isinstance(request, OutgoingUpdate) and request.target_url:
        return await find_by_url(registry.store, request.target_url)
    return await registry.store.read(get_integration, request.integration_id or "")


async def _checked(registry: Registry, caller: User, request: Update, before: Integration) -> Fields:
    if isinstance(request, IncomingUpdate):
        return await _check_incoming(registry, caller, request, before)
    rights = await rights_over(registry.workspace, caller, OUTGOING)
    computed = await check_outgoing(registry, rights, request)
    if registry.strict and not (request.token or "").strip():
        raise OUTGOING_REFUSAL.error("error-invalid-token", "Invalid token")
    if not rights.any:
        raise OUTGOING_REFUSAL.error("not_authorized", "Unauthorized")
    if not rights.over(before):
        raise CodedError("invalid_integration", "[methods] updateOutgoingIntegration -> integration not found")
    await checks.may_open_egress(registry.workspace, caller, request.hookcell, before.own_settings)
    checks.script_allowed(registry.frozen, request.script, before.script)
    return computed


async def _check_incoming(registry: Registry, caller: User, request: IncomingUpdate, before: Integration) -> Fields:
    workspace = registry.workspace
    checks.channel_given(request.channel, INCOMING_REFUSAL)
    targets = incoming_targets(request.channel, strict=registry.strict, details=INCOMING_REFUSAL.details)
    rights = await rights_over(workspace, caller, INCOMING)
    if not rights.any:
        raise INCOMING_REFUSAL.error("not_authorized", "Unauthorized")
    if not rights.over(before):
        raise INCOMING_REFUSAL.error("error-invalid-integration", "Invalid integration")
    await checks.may_open_egress(workspace, caller, request.hookcell, before.own_settings)
    checks.script_allowed(registry.frozen, request.script, before.script)
    await checks.reachable(workspace, rights, targets, INCOMING_REFUSAL)
    username = request.username if "username" in request.model_fields_set else before.username
    unknown = INCOMING_REFUSAL.error("error-invalid-post-as-user", "Invalid Post As User")
    user = await checks.posting_user(workspace, username or "", unknown)
    return {"channel": checks.configured(targets), "username": user.username, "userId": user.id}


def _revise(connection: Connection, scripted: Scripted, seen: int, now: int) -> bool:
    store_code(connection, scripted, now)
    return revise_integration(connection, scripted.integration, scripted.code, seen=seen, now=now) is not None
