"""integrations.rotateToken: an incoming integration gets a new url, and from the answer on the old one is nobody's."""

from engine.errors import PlainError, Unavailable
from engine.integrations.access import rights_over
from engine.integrations.checks import Refusal
from engine.integrations.records import with_new_token
from engine.integrations.registry import Registry
from engine.model.integrations import INCOMING, IncomingIntegration, to_record
from engine.model.json import JsonObject
from engine.model.messages import User
from engine.store.integrations import get_integration, revise_integration
from engine.trace import now_ms

REFUSAL = Refusal("method", "rotateIncomingIntegrationToken")
MAX_TRIES = 5


async def rotate_token(registry: Registry, caller: User, integration_id: str) -> JsonObject:
    """The answer: `integration`, the record with its new token. Raises ClientError and Unavailable."""
    for _ in range(MAX_TRIES):
        found = await registry.store.read(get_integration, integration_id)
        if found is None or not isinstance(found.integration, IncomingIntegration):
            raise PlainError("No integration found.")
        rights = await rights_over(registry.workspace, caller, INCOMING)
        if not rights.any:
            raise REFUSAL.error("not_authorized", "Unauthorized")
        if not rights.over(found.integration):
            raise REFUSAL.error("error-invalid-integration", "Invalid integration")
        now = now_ms()
        rotated = with_new_token(found.integration, caller=caller, now=now)
        if (
            await registry.store.write(revise_integration, rotated, found.code, seen=found.revision, now=now)
            is not None
        ):
            return {"integration": to_record(rotated)}
    raise Unavailable("The integration is being changed by others all the time; send it again.")
