"""What the endpoints of the workspace take, as models; Rocket.Chat's words for what is wrong are `engine.params`'s.

Parameters that Rocket.Chat's clients send and that mean nothing here are named, so that they are no mistake.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from engine.errors import InvalidParams
from engine.paging import PageQuery
from engine.params import Flag, Name, NullableName, NullableText, Params, Word, problem
from engine.workspace.passwords import digest_of

MAX_MEMBERS = 1000


class Nothing(Params, extra="ignore"):
    pass


class LoginBody(Params, extra="ignore"):
    """`user` is a username, an email address, or an object with either."""

    user: object = None
    username: NullableName = None
    email: NullableName = None
    password: object = None
    resume: NullableText = None

    def names(self) -> tuple[str | None, str | None]:
        """The username and the email, one of which is given; raises InvalidParams."""
        user = self.user if isinstance(self.user, dict) else {}
        username, email = user.get("username") or self.username, user.get("email") or self.email
        if isinstance(self.user, str) and "@" in self.user:
            email = self.user
        elif isinstance(self.user, str):
            username = self.user
        if isinstance(username, str) and username:
            return username, None
        if isinstance(email, str) and email:
            return None, email
        raise InvalidParams(["must have required property 'user'"])

    def digest(self) -> str:
        """Raises InvalidParams."""
        match self.password:
            case str(password) if password:
                return digest_of(password)
            case {"digest": str(digest), "algorithm": "sha-256"}:
                return digest.lower()
            case _:
                raise InvalidParams(["must have required property 'password'"])


class UsersCreateBody(Params):
    username: Word
    email: Name
    name: Name
    password: NullableText = None
    roles: Annotated[tuple[Word, ...], Field(max_length=100)] = ("user",)
    active: Flag = True
    join_default_channels: Flag = True
    set_random_password: Flag = False
    verified: Flag = False
    require_password_change: Flag = False
    send_welcome_email: Flag = False
    nickname: NullableText = None
    bio: NullableText = None
    status_text: NullableText = None
    custom_fields: dict[str, Any] | None = None


class RoomBody(Params):
    name: Word
    members: Annotated[tuple[Name, ...], Field(max_length=MAX_MEMBERS)] = ()
    read_only: Flag = False
    exclude_self: Flag = False
    custom_fields: dict[str, Any] | None = None
    extra_data: dict[str, Any] | None = None


def _user_list(value: object) -> object:
    """Names in one text, separated by commas, or in a list."""
    if isinstance(value, str):
        return [name.strip() for name in value.split(",") if name.strip()]
    if not isinstance(value, list):
        raise problem("must be string")
    return value


class DirectBody(Params):
    username: NullableText = None
    usernames: Annotated[tuple[Name, ...], BeforeValidator(_user_list), Field(max_length=MAX_MEMBERS)] = ()
    exclude_self: Flag = False

    def others(self) -> tuple[str, ...]:
        """Raises InvalidParams."""
        names = (self.username,) if self.username else self.usernames
        if not names:
            raise InvalidParams(["must have required property 'username'", "must have required property 'usernames'"])
        return names


class RoomMessagesQuery(PageQuery):
    room_id: Name = ""
    room_name: Name = ""


class DirectMessagesQuery(PageQuery):
    room_id: Name = ""
    username: Name = ""
