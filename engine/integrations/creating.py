"""integrations.create: Rocket.Chat's checks in Rocket.Chat's order, then one write."""

from sqlalchemy import Connection

from engine.channels import Target, incoming_targets, outgoing_targets
from engine.errors import CodedError
from engine.integrations import checks
from engine.integrations.access import Rights, rights_over
from engine.integrations.checks import Refusal
from engine.integrations.records import Fields, created
from engine.integrations.registry import Registry, Scripted, kind_of, with_script
from engine.integrations.requests import Create, IncomingCreate, OutgoingCreate, OutgoingUpdate, read_create
from engine.integrations.warnings import warnings_about
from engine.model.events import CHANNELLESS
from engine.model.integrations import INCOMING, OUTGOING, OwnSettings, to_record
from engine.model.json import JsonObject, JsonValue
from engine.model.messages import User
from engine.store.integrations import insert_integration
from engine.store.scripts import insert_code
from engine.trace import now_ms

INCOMING_REFUSAL = Refusal("method", "addIncomingIntegration")
# The original names the other method here.
INCOMING_PREFIX_REFUSAL = Refusal("method", "updateIncomingIntegration")
OUTGOING_REFUSAL = Refusal("function", "validateOutgoing")
REQUIRED_REFUSAL = Refusal("function", "validateOutgoing._verifyRequiredFields")
CHANNELS_REFUSAL = Refusal("function", "validateOutgoing._verifyUserHasPermissionForChannels")


async def create(registry: Registry, caller: User, body: JsonValue) -> JsonObject:
    """The answer: `integration`, the stored record, and `warnings`. Raises ClientError and Unavailable."""
    request = read_create(body, strict=registry.strict)
    kind = kind_of(request.type)
    computed = await _checked(registry, caller, request)
    said = request.fields()
    now = now_ms()
    scripted = await with_script(registry, created(kind, said, computed, caller=caller, now=now))
    await registry.store.write(_insert, scripted, now)
    registry.index.invalidate()
    warnings = await warnings_about(scripted.integration, said.keys(), registry)
    return {"integration": to_record(scripted.integration), "warnings": [*warnings]}


async def _checked(registry: Registry, caller: User, request: Create) -> Fields:
    if isinstance(request, IncomingCreate):
        return await _check_incoming(registry, caller, request)
    rights = await rights_over(registry.workspace, caller, OUTGOING)
    if not rights.any:
        raise CodedError("not_authorized")
    await checks.may_open_egress(registry.workspace, caller, request.hookcell, OwnSettings())
    checks.script_allowed(registry.frozen, request.script)
    return await check_outgoing(registry, rights, request)


async def _check_incoming(registry: Registry, caller: User, request: IncomingCreate) -> Fields:
    """Raises CodedError; returns the fields that follow from the request's."""
    workspace = registry.workspace
    rights = await rights_over(workspace, caller, INCOMING)
    if not rights.any:
        raise INCOMING_REFUSAL.error("not_authorized", "Unauthorized")
    await checks.may_open_egress(workspace, caller, request.hookcell, OwnSettings())
    checks.channel_given(request.channel, INCOMING_REFUSAL)
    targets = incoming_targets(request.channel, strict=registry.strict, details=INCOMING_PREFIX_REFUSAL.details)
    checks.username_given(request.username, INCOMING_REFUSAL)
    checks.script_allowed(registry.frozen, request.script)
    unknown = INCOMING_REFUSAL.error("error-invalid-user", "Invalid user")
    user = await checks.posting_user(workspace, request.username, unknown)
    if registry.strict and not await workspace.has_permission(user, "message-impersonate"):
        raise INCOMING_REFUSAL.error("error-user-lacks-message-impersonate-permission", "")
    await checks.reachable(workspace, rights, targets, INCOMING_REFUSAL)
    return {"channel": checks.configured(targets), "userId": user.id}


async def check_outgoing(registry: Registry, rights: Rights, request: OutgoingCreate | OutgoingUpdate) -> Fields:
    """The original's validateOutgoing, which update asks, too. Raises CodedError."""
    workspace = registry.workspace
    event = checks.known_event(request.event, REQUIRED_REFUSAL)
    checks.username_given(request.username, REQUIRED_REFUSAL)
    checks.target_room_given(event, request.target_room, REQUIRED_REFUSAL)
    urls = checks.usable_urls(request.urls, REQUIRED_REFUSAL)
    targets: tuple[Target, ...] = ()
    if event in CHANNELLESS:
        checks.channelless_allowed(rights, OUTGOING_REFUSAL)
    elif "channel" in request.model_fields_set:
        targets = outgoing_targets(request.channel, details=OUTGOING_REFUSAL.details)
    unknown = OUTGOING_REFUSAL.error("error-invalid-user", "Invalid user (did you delete the `rocket.cat` user?)")
    user = await checks.posting_user(workspace, request.username, unknown)
    await checks.reachable(workspace, rights, targets, CHANNELS_REFUSAL)
    return {"channel": checks.configured(targets), "userId": user.id, "event": event, "urls": urls}


def _insert(connection: Connection, scripted: Scripted, now: int) -> None:
    store_code(connection, scripted, now)
    insert_integration(connection, scripted.integration, scripted.code, now)


def store_code(connection: Connection, scripted: Scripted, now: int) -> None:
    fresh = scripted.fresh
    if fresh is not None and fresh.code is not None:
        insert_code(connection, fresh.key, fresh.code, fresh.hooks, now)
