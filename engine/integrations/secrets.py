"""integrations.setSecret, listSecrets, removeSecret: names, hosts and uses; a value goes in and never comes out.

An integration's secrets belong to those who may manage it; everyone's, `*`, to those who may manage all of both kinds.
"""

from collections.abc import Sequence

from engine.dates import iso
from engine.errors import CodedError, PlainError
from engine.integrations.access import rights_over
from engine.integrations.registry import Registry
from engine.model.integrations import INCOMING, OUTGOING
from engine.model.json import JsonObject, JsonValue
from engine.model.messages import User
from engine.scrubbing import MIN_INSIDE_TEXT
from engine.secrets import ANYONE, MAX_SECRETS, Vault, checked_rules
from engine.store.integrations import get_integration
from engine.store.secrets import StoredSecret, put_secret, remove_secret, secrets_of
from engine.trace import now_ms

SHORT = (
    f"The value has fewer than {MIN_INSIDE_TEXT} characters. Inside a longer text, where it may be part of an ordinary "
    "word, it is not taken out of answers, logs and history: only where it stands alone."
)


async def set_secret(
    registry: Registry,
    vault: Vault,
    caller: User,
    *,
    integration_id: str,
    name: str,
    value: str,
    hosts: Sequence[str],
    uses: Sequence[str] | None,
) -> JsonObject:
    """The answer: `secret`, without its value, and `warnings` where there are any. Raises ClientError.

    What is set again replaces what was there.
    """
    await may_change(registry, caller, integration_id)
    try:
        rules = checked_rules(name, value, hosts, uses)
    except ValueError as error:
        raise CodedError("error-invalid-secret", str(error)) from None
    now = now_ms()
    sealed = vault.cipher.seal(integration_id, name, value)
    secret = StoredSecret(integration_id, name, sealed, rules.hosts, rules.uses, now, now, caller.username)
    if not await registry.store.write(put_secret, secret, MAX_SECRETS):
        raise CodedError("error-too-many-secrets", f"There are {MAX_SECRETS} secrets; remove one first")
    vault.forget()
    warnings: list[JsonValue] = [SHORT] if len(value) < MIN_INSIDE_TEXT else []
    return {"secret": _shown(secret)} | ({"warnings": warnings} if warnings else {})


async def list_secrets(registry: Registry, vault: Vault, caller: User, integration_id: str) -> JsonObject:
    """The answer: `secrets` that the integration has, everyone's among them. Raises ClientError.

    One whose value the server's key does not open has `readable` false.
    """
    if integration_id != ANYONE:
        await may_change(registry, caller, integration_id)
    rows = await registry.store.read(secrets_of, {ANYONE, integration_id})
    secrets: list[JsonValue] = []
    for row in rows:
        opens = vault.cipher.unseal(row.scope, row.name, row.sealed) is not None
        secrets.append(_shown(row) if opens else {**_shown(row), "readable": False})
    return {"secrets": secrets}


async def remove(registry: Registry, vault: Vault, caller: User, integration_id: str, name: str) -> JsonObject:
    """Raises ClientError."""
    await may_change(registry, caller, integration_id)
    if not await registry.store.write(remove_secret, integration_id, name):
        raise CodedError("error-invalid-secret", f"There is no secret {name}")
    vault.forget()
    return {}


async def may_change(registry: Registry, caller: User, integration_id: str) -> None:
    """Whether the caller may see and change what belongs to the integration, or to all. Raises PlainError."""
    if integration_id == ANYONE:
        rights = [await rights_over(registry.workspace, caller, kind) for kind in (INCOMING, OUTGOING)]
        if not all(each.all for each in rights):
            raise PlainError("not-authorized")
        return
    saved = await registry.store.read(get_integration, integration_id)
    if saved is None:
        raise PlainError("The integration does not exists.")
    if not (await rights_over(registry.workspace, caller, saved.integration.type)).over(saved.integration):
        raise PlainError("not-authorized")


def _shown(secret: StoredSecret) -> JsonObject:
    return {
        "integrationId": secret.scope,
        "name": secret.name,
        "hosts": [*secret.hosts],
        "uses": [*secret.uses],
        "_updatedAt": iso(secret.updated_at),
        "_updatedBy": {"username": secret.updated_by},
    }
