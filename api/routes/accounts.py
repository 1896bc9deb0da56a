"""Logging in and out, and who one is."""

from starlette.responses import Response

from api.answers import answer
from api.auth import client_address
from api.endpoint import Call
from api.schemas import LoginBody, Nothing
from engine.errors import NotLoggedIn
from engine.model.json import JsonObject
from engine.workspace.records import me_record


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


async def logout(call: Call[Nothing]) -> Response:
    """Ends the login whose token the request carries, and no other."""
    await call.engine.workspace.accounts.logout(call.request.headers["x-auth-token"])
    return answer({"status": "success", "data": {"message": "You've been logged out!"}})


async def me(call: Call[Nothing]) -> JsonObject:
    account = await call.engine.workspace.accounts.account(call.user.id)
    if account is None:
        raise NotLoggedIn
    return me_record(account)
