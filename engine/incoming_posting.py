"""What a webhook or its script has to say becomes messages: where, as whom, and what cannot be."""

from dataclasses import replace

from engine.errors import ClientError, PlainError
from engine.hook_errors import bare
from engine.incoming_runs import End, Incoming, Run, hint_of, level_of
from engine.model.history import RunState
from engine.model.json import JsonObject, JsonValue
from engine.model.messages import User
from engine.posting import PostDefaults, destinations, expand, normalise
from engine.workspace.protocol import Draft, PostIntent


async def posting(kit: Incoming, run: Run, content: JsonObject, *, response: JsonObject | None) -> End:
    integration = run.integration
    message = normalise(content, PostDefaults(integration.alias, integration.avatar, integration.emoji))
    if message.dropped:
        run = run.then("fields-dropped", fields=list(message.dropped))
    if message.empty and not (kit.strict and integration.script_enabled):
        return End(run.then("nothing-to-post"), "finished", 200, {**(response or {}), "success": True})
    override = integration.override_destination_channel_enabled
    # Only what the configuration names is expanded: it was allowed to when it was saved.
    configured = await expand(kit.workspace, run.user.id, list(integration.channel))
    wanted = destinations(content, configured, override)
    if not wanted:
        raise PlainError("invalid-channel")
    drafts: list[Draft] = []
    failures: list[JsonValue] = []
    apart = content.get("separateResponse") is True
    for destination in wanted:
        intent = PostIntent(run.user.id, destination, message, origin=integration.id, bot={"i": integration.id})
        try:
            drafts.append(await kit.workspace.resolve(intent))
        except ClientError as error:
            if not apart:
                raise
            failures.append({"channel": destination, "error": bare(error)})
            run = run.then("post-failed", channel=destination, because=str(error), hint=hint_of(error))
    level = level_of(run.request, integration, [draft.room for draft in drafts])
    run = replace(run, level=run.level if run.level == "off" else level)
    shown: list[JsonValue] = [{"channel": draft.destination, "message": said(draft)} for draft in drafts]
    posts = run.request.replayed is None or run.request.replayed.post
    run = run.then("posted" if posts else "would-be-posted", resultMessage=shown)
    state: RunState = "finished"
    status, body = 200, {**(response or {}), "success": True}
    if apart:
        state, status = ("finished", 200) if drafts else ("failed", 400)
        body = {"responses": [*shown, *failures], "success": bool(drafts)}
    return End(run, state, status, body, drafts if posts else ())


async def named_user(kit: Incoming, run: Run, named: JsonObject) -> User:
    """The existing, active user that a script wants to post as. Raises ClientError."""
    if not kit.strict:
        creator = await kit.workspace.user(id=run.integration.created_by.id)
        asked = ("manage-incoming-integrations", "message-impersonate")
        if creator is None or not any([await kit.workspace.has_permission(creator, name) for name in asked]):
            hint = f"naming a user needs one of {' and '.join(asked)} for whoever created the integration"
            raise PlainError("error-not-allowed", hint=hint)
    id, username = named.get("_id"), named.get("username")
    user = await (
        kit.workspace.user(id=id) if isinstance(id, str) and id else kit.workspace.user(username=str(username))
    )
    if user is None or not user.active:
        raise PlainError("error-invalid-user", hint=f"the script named the user {id or username}, who is not there")
    return user


def said(draft: Draft) -> JsonObject:
    return {"_id": draft.message.id, "rid": draft.room.id, "msg": draft.message.text, **draft.message.body}
