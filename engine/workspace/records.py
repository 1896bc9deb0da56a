"""Users, rooms and messages as Rocket.Chat's clients see them."""

from engine.dates import iso
from engine.model.json import JsonObject
from engine.model.messages import Message
from engine.store.permissions import Permission
from engine.store.users import Account
from engine.workspace.rooms import RoomInfo


def user_record(account: Account) -> JsonObject:
    user = account.user
    return {
        "_id": user.id,
        "username": user.username,
        "name": user.name,
        "emails": [] if account.email is None else [{"address": account.email, "verified": False}],
        "type": user.type,
        "status": "offline",
        "active": user.active,
        "roles": list(user.roles),
        "createdAt": iso(account.created_at),
        "_updatedAt": iso(account.updated_at),
    }


def public_user_record(account: Account) -> JsonObject:
    """What anybody is told of a user."""
    return {key: value for key, value in user_record(account).items() if key not in ("emails", "createdAt")}


def me_record(account: Account) -> JsonObject:
    """What a user is told of themselves."""
    record = user_record(account)
    record |= {"statusConnection": "offline", "utcOffset": 0, "settings": {"preferences": {}}}
    if account.email is not None:
        record["email"] = account.email
    return record


def room_record(info: RoomInfo) -> JsonObject:
    room = info.room
    record: JsonObject = {
        "_id": room.id,
        "t": room.t,
        "msgs": info.messages_count,
        "usersCount": info.users_count,
        "ts": iso(room.created_at),
        "ro": room.read_only,
    }
    if room.user_id is not None:
        record["u"] = {"_id": room.user_id, "username": room.username}
    if room.t == "d":
        record["rid"] = room.id
        record["uids"] = [user_id for user_id, _ in room.members]
        record["usernames"] = [username for _, username in room.members]
    else:
        record |= {"name": room.name, "fname": room.name, "archived": room.archived}
    return record


def message_record(message: Message, author_name: str | None) -> JsonObject:
    record: JsonObject = {
        "_id": message.id,
        "rid": message.room_id,
        "msg": message.text,
        "ts": iso(message.ts),
        "u": {"_id": message.user_id, "username": message.username, "name": author_name or message.username},
        "_updatedAt": iso(message.updated_at),
        **message.body,
    }
    if message.tmid is not None:
        record["tmid"] = message.tmid
    if message.edited_at is not None:
        record["editedAt"] = iso(message.edited_at)
    return record


def member_record(id: str, username: str, name: str) -> JsonObject:
    return {"_id": id, "username": username, "name": name, "status": "offline"}


def permission_record(permission: Permission) -> JsonObject:
    return {"_id": permission.id, "roles": list(permission.roles), "_updatedAt": iso(permission.updated_at)}
