"""Logging in, who one is, and making users."""

from starlette.responses import Response

from api.answers import answer
from api.auth import client_address
from api.endpoint import Call
from api.schemas import LoginBody, Nothing, UsersCreateBody
from engine.errors import CodedError, NotLoggedIn
from engine.model.json import JsonObject
from engine.workspace.accounts import NewUser
from engine.workspace.records import me_record, user_record


async def login(call: Call[LoginBody]) -> Response:
    accounts = call.engine.workspace.accounts
    if call.params.resume:
        account, token = await accounts.resume(call.params.resume)
    else:
        username, email = call.params.names()
        account, token = await accounts.login(
            username=username, email=email, digest=call.params.digest(), address=client_address(call.request)
        )
    data: JsonObject = {"userId": account.user.id, "authToken": token, "me": me_record(account)}
    return answer({"status": "success", "data": data})


async def me(call: Call[Nothing]) -> JsonObject:
    account = await call.engine.workspace.accounts.account(call.user.id)
    if account is None:
        raise NotLoggedIn
    return me_record(account)


async def users_create(call: Call[UsersCreateBody]) -> JsonObject:
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
    return {"user": user_record(await call.engine.workspace.accounts.create(call.user, new))}
