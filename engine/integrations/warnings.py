"""What the author of a saved integration should know: nothing here refuses anything.

Urls are judged as the guarded client would judge them at this moment; a name that cannot be looked up in time says
nothing. What a name resolves to may change, and is decided anew for every request.
"""

import asyncio
from collections.abc import Set
from ipaddress import ip_address

from engine.channels import ALL_PUBLIC, target
from engine.hearing import WORDED
from engine.http import EgressPolicy, HttpError, Resolver
from engine.http.urls import parse_url
from engine.integrations.registry import Registry
from engine.model.events import CHANNELLESS
from engine.model.integrations import IncomingIntegration, Integration, OutgoingIntegration
from engine.retry import SCHEDULES
from engine.workspace.protocol import Workspace

LOOKUP_SECONDS = 1.0
MAX_ROOMS_LOOKED_AT = 20


async def warnings_about(integration: Integration, said: Set[str], registry: Registry) -> list[str]:
    """`said` are the keys that the client sent."""
    found = _of_script(integration)
    if isinstance(integration, IncomingIntegration):
        return found + await _of_rooms(integration, registry.workspace)
    found += _of_channels(integration) + _of_words(integration, said) + _of_retries(integration)
    return found + await _of_urls(integration, registry.policy, registry.resolver)


def _of_script(integration: Integration) -> list[str]:
    if integration.script_enabled and integration.live_script is None:
        return ["scriptEnabled is true and there is no script: it works as without one."]
    if integration.script_error is None:
        return []
    incoming = isinstance(integration, IncomingIntegration)
    consequence = "every call is answered with 400" if incoming else "nothing is sent"
    return [f"The script cannot run ({integration.script_error['message']}): until it is corrected, {consequence}."]


async def _of_rooms(integration: IncomingIntegration, workspace: Workspace) -> list[str]:
    found = []
    for channel in integration.channel[:MAX_ROOMS_LOOKED_AT]:
        named = target(channel)
        room = await workspace.find_room(named.name) if named.kind == "room" else None
        if room is not None and room.t != "c" and not await workspace.is_member(room.id, integration.user_id):
            found.append(f"{integration.username} is not in {channel}, so posting there fails: invite that user.")
    return found


def _of_channels(integration: OutgoingIntegration) -> list[str]:
    if integration.channel or integration.event in CHANNELLESS:
        return []
    return [f"No channel is named, so it hears every public channel ({ALL_PUBLIC})."]


def _of_words(integration: OutgoingIntegration, said: Set[str]) -> list[str]:
    if "triggerWords" not in said or integration.event in WORDED:
        return []
    return [f"triggerWords are left out: {integration.event} has no text to search."]


def _of_retries(integration: OutgoingIntegration) -> list[str]:
    if not integration.retry_failed_calls or integration.retry_delay in SCHEDULES:
        return []
    return [f"retryDelay {integration.retry_delay!r} is none of {', '.join(SCHEDULES)}: nothing will be retried."]


async def _of_urls(integration: OutgoingIntegration, policy: EgressPolicy, resolver: Resolver) -> list[str]:
    allowed = policy | EgressPolicy.parse(integration.own_settings.egress_allow or ())
    found = await asyncio.gather(*(_of_url(url, allowed, resolver) for url in integration.urls))
    return [warning for warning in dict.fromkeys(found) if warning is not None]


async def _of_url(url: str, policy: EgressPolicy, resolver: Resolver) -> str | None:
    try:
        target = parse_url(url)
        if target.address is not None:
            addresses = [target.address]
        else:
            async with asyncio.timeout(LOOKUP_SECONDS):
                addresses = [ip_address(text.partition("%")[0]) for text in await resolver.resolve(target.host)]
        policy.check(target.host, target.port, addresses)
    except HttpError as error:
        return f"A url cannot be called: {error.message}."
    except (OSError, TimeoutError):
        return None
    return None
