"""Messages: posting in one's own name, reading, editing and deleting one."""

from api.chat_schemas import DeleteBody, MessageQuery, SendBody, UpdateBody
from api.endpoint import Call
from engine.errors import CodedError, PlainError
from engine.model.json import JsonObject
from engine.posting import check_impersonation, destinations, normalise
from engine.trace import now_ms
from engine.workspace.messages import Edit
from engine.workspace.protocol import PostIntent
from engine.workspace.records import message_record

MAX_ID = 255
_SENT_KEYS = ("msg", "alias", "avatar", "emoji", "attachments", "tmid", "customFields", "groupable", "parseUrls")


async def post_message(call: Call[JsonObject]) -> JsonObject:
    """Several channels are all checked first; the answer tells of the first."""
    workspace = call.engine.workspace
    content = normalise(call.params)
    targets = destinations(call.params, [], True)
    if not targets:
        raise CodedError("invalid-channel")
    await check_impersonation(workspace, call.user, content)
    drafts = [await workspace.resolve(PostIntent(call.user.id, target, content)) for target in targets]
    posted = (await call.engine.post(drafts))[0]
    message = message_record(posted.message, posted.user.name)
    return {"ts": now_ms(), "channel": posted.destination, "message": message}


async def send_message(call: Call[SendBody]) -> JsonObject:
    """To one room by its id. A message of the same `_id`, room and author is there already: it is the answer."""
    workspace, message = call.engine.workspace, call.params.message
    room_id, id = message.get("rid"), message.get("_id")
    if not isinstance(room_id, str) or not room_id:
        raise PlainError("The 'rid' property on the message object is missing.")
    if id is not None and not (isinstance(id, str) and id.isprintable() and 0 < len(id) <= MAX_ID):
        raise PlainError(f"Match error: _id must be printable text of at most {MAX_ID} characters")
    content = normalise({key: message[key] for key in _SENT_KEYS if key in message})
    await check_impersonation(workspace, call.user, content)
    if await workspace.room(id=room_id) is None:
        raise CodedError("error-invalid-room", "Invalid room", {"method": "sendMessage"})
    draft = await workspace.resolve(PostIntent(call.user.id, room_id, content, message_id=id))
    posted = (await call.engine.post([draft]))[0]
    if (posted.message.room_id, posted.message.user_id) != (room_id, call.user.id):
        raise CodedError("error-not-allowed", "The _id is another message's", {"method": "sendMessage"})
    return {"message": message_record(posted.message, posted.user.name)}


async def get_message(call: Call[MessageQuery]) -> JsonObject:
    found = await call.engine.workspace.messages.get(call.user, call.params.msg_id)
    if found is None:
        raise PlainError(f'No message found with the id of "{call.params.msg_id}".')
    return {"message": message_record(*found)}


async def update(call: Call[UpdateBody]) -> JsonObject:
    params = call.params
    content = normalise({"text": params.text, "customFields": params.custom_fields})
    edit = Edit(params.msg_id, params.room_id, content)
    draft = await call.engine.workspace.messages.draft_edit(call.user, edit)
    posted = (await call.engine.post([draft]))[0]
    return {"message": message_record(posted.message, posted.user.name)}


async def delete(call: Call[DeleteBody]) -> JsonObject:
    params = call.params
    gone = await call.engine.workspace.messages.delete(
        call.user, params.msg_id, params.room_id, as_author=bool(params.as_user)
    )
    shown: JsonObject = {"_id": gone.id, "rid": gone.room_id, "u": {"_id": gone.user_id, "username": gone.username}}
    return {"_id": gone.id, "ts": str(now_ms()), "message": shown}
