"""What the endpoints of users, permissions and settings take.

Parameters that Rocket.Chat's clients send and that mean nothing here are named, so that they are no mistake.
"""

from typing import Annotated, Any

from pydantic import Field

from api.list_schemas import RecordsQuery
from engine.errors import CodedError
from engine.params import Flag, Name, NullableFlag, NullableName, NullableText, Params, Word


class UserRef(Params, extra="ignore"):
    """One user, by id or username."""

    user_id: NullableName = None
    username: NullableName = None
    user: NullableName = None

    def named(self) -> dict[str, str]:
        """As `id` or `username`; raises CodedError."""
        if self.user_id:
            return {"id": self.user_id}
        if self.username or self.user:
            return {"username": str(self.username or self.user)}
        raise CodedError("error-user-param-not-provided", 'The required "userId" or "username" param was not provided')


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


class UsersRegisterBody(Params):
    username: Word
    email: Name
    name: Name
    pass_: Annotated[Word, Field(alias="pass")]
    secret_url: Annotated[NullableText, Field(alias="secretURL")] = None
    reason: NullableText = None
    custom_fields: dict[str, Any] | None = None


class UserData(Params):
    username: NullableName = None
    email: NullableName = None
    name: NullableName = None
    password: NullableText = None
    roles: Annotated[tuple[Word, ...], Field(max_length=100)] | None = None
    active: NullableFlag = None
    verified: NullableFlag = None
    require_password_change: NullableFlag = None
    set_random_password: NullableFlag = None
    join_default_channels: NullableFlag = None
    send_welcome_email: NullableFlag = None
    nickname: NullableText = None
    bio: NullableText = None
    status_text: NullableText = None
    custom_fields: dict[str, Any] | None = None


class UsersUpdateBody(Params):
    user_id: Word
    data: UserData
    confirm_relinquish: NullableFlag = None


class UsersQuery(RecordsQuery, extra="ignore"):
    pass


class PermissionsQuery(Params):
    updated_since: NullableText = None


class PermissionRoles(Params):
    id: Annotated[Word, Field(alias="_id")]
    roles: Annotated[tuple[Word, ...], Field(max_length=100)]


class PermissionsUpdateBody(Params):
    permissions: Annotated[tuple[PermissionRoles, ...], Field(max_length=1000)]


class SettingBody(Params):
    value: Any
