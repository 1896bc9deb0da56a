"""Who is calling: the two headers of Rocket.Chat's clients, and the address that failed logins are counted by."""

from hmac import compare_digest
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request

from engine.errors import NotLoggedIn
from engine.model.messages import User
from engine.workspace.embedded import EmbeddedWorkspace

# longer ones are nobody's, and need not be hashed
MAX_TOKEN = 1000


async def logged_in(request: Request, workspace: EmbeddedWorkspace) -> User:
    """Raises NotLoggedIn unless X-Auth-Token is a good token of the user in X-User-Id."""
    return await user_of(workspace, request.headers.get("x-auth-token", ""), request.headers.get("x-user-id", ""))


async def user_of(workspace: EmbeddedWorkspace, token: str, user_id: str) -> User:
    """Raises NotLoggedIn unless the token is a good one of this user."""
    if not token or not user_id or len(token) > MAX_TOKEN:
        raise NotLoggedIn
    user = await workspace.accounts.user_of_token(token)
    if user is None or not compare_digest(user.id.encode(), user_id.encode()):
        raise NotLoggedIn
    return user


def client_address(request: Request) -> str:
    """Of IPv6 the network: one host has the rest of the address to itself."""
    host = request.client.host if request.client is not None else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)
