"""Users, as administrators manage them and as others see them."""

from functools import partial

from api.auth import client_address, logged_in
from api.endpoint import Call
from api.lists import list_answer
from api.user_schemas import UserRef, UsersCreateBody, UsersQuery, UsersRegisterBody, UsersUpdateBody
from engine.errors import CodedError, NotLoggedIn, PlainError
from engine.ids import new_token
from engine.model.json import JsonObject
from engine.store.users import SORTABLE, Account
from engine.workspace.embedded import EmbeddedWorkspace
from engine.workspace.people import NewUser, UserChanges
from engine.workspace.records import public_user_record, user_record


async def create(call: Call[UsersCreateBody]) -> JsonObject:
    params = call.params
    if not params.password and not params.set_random_password:
        details: JsonObject = {"method": "insertOrUpdateUser", "field": "Password"}
        raise CodedError("error-the-field-is-required", "The field Password is required", details)
    new = NewUser(
        username=params.username,
        name=params.name,
        email=params.email,
        password=None if params.set_random_password else params.password,
        roles=params.roles,
        active=params.active,
        join_default_rooms=params.join_default_channels,
    )
    return {"user": user_record(await call.engine.workspace.people.create(call.user, new))}


async def register(call: Call[UsersRegisterBody]) -> JsonObject:
    engine, params = call.engine, call.params
    try:
        await logged_in(call.request, engine.workspace)
    except NotLoggedIn:
        pass
    else:
        raise PlainError("Logged in users can not register again.")
    if engine.settings.registration != "open":
        details: JsonObject = {"method": "registerUser"}
        raise CodedError("error-user-registration-disabled", "User registration is disabled", details)
    new = NewUser(username=params.username, name=params.name, email=params.email, password=params.pass_)
    account = await engine.workspace.people.register(new, client_address(call.request))
    return {"user": user_record(account)}


async def info(call: Call[UserRef]) -> JsonObject:
    account = await call.engine.workspace.people.find(**call.params.named())
    if account is None:
        raise PlainError("User not found.")
    return {"user": await _shown(call, account)}


async def listed(call: Call[UsersQuery]) -> JsonObject:
    """Who is not active is shown to those only who may see all of a user."""
    workspace = call.engine.workspace
    full = await workspace.has_permission(call.user, "view-full-other-user-info")
    listed = partial(workspace.people.listed, active_only=not full)
    return await list_answer(call, "users", listed, user_record if full else public_user_record, SORTABLE)


async def update(call: Call[UsersUpdateBody]) -> JsonObject:
    data = call.params.data
    password = new_token(32) if data.set_random_password else data.password
    changes = UserChanges(
        username=data.username,
        name=data.name,
        email=data.email,
        password=password or None,
        roles=data.roles,
        active=data.active,
    )
    account = await call.engine.workspace.people.update(call.user, call.params.user_id, changes)
    return {"user": user_record(account)}


async def delete(call: Call[UserRef]) -> JsonObject:
    account = await found_user(call.engine.workspace, call.params)
    await call.engine.workspace.people.delete(account.user)
    return {"deletedRooms": []}


async def found_user(workspace: EmbeddedWorkspace, ref: UserRef) -> Account:
    """Raises CodedError."""
    account = await workspace.people.find(**ref.named())
    if account is None:
        raise no_such_user()
    return account


def no_such_user() -> CodedError:
    return CodedError(
        "error-invalid-user", 'The required "userId" or "username" param provided does not match any users'
    )


async def _shown(call: Call[UserRef], account: Account) -> JsonObject:
    full = account.user.id == call.user.id or await call.engine.workspace.has_permission(
        call.user, "view-full-other-user-info"
    )
    return user_record(account) if full else public_user_record(account)
