"""Who may see and who may post in a room: store functions that the rest of the workspace asks."""

from sqlalchemy import Connection

from engine.errors import PlainError
from engine.model.messages import Room, User
from engine.store import rooms
from engine.workspace.permissions import holds


def may_see(connection: Connection, user: User, room: Room) -> bool:
    """Members see their rooms; a public channel is seen by whoever may see channels at all."""
    return rooms.is_member(connection, room.id, user.id) or (room.t == "c" and holds(connection, user, "view-c-room"))


def check_may_post(connection: Connection, user: User, room: Room) -> bool:
    """Whether posting joins the user; raises PlainError when the user may not post."""
    member = rooms.is_member(connection, room.id, user.id)
    if not member and room.t != "c":
        raise PlainError("error-not-allowed", hint=f"{user.username} is not in the room")
    if room.archived:
        raise PlainError("error-not-allowed", hint="the room is archived")
    if room.read_only and not holds(connection, user, "post-readonly", room):
        raise PlainError("You can't send messages because the room is readonly.")
    return not member
