"""What the endpoints of secrets, and of what scripts keep, take."""

from typing import Annotated

from pydantic import Field

from engine.params import Name, NullableName, Params, Text, Word
from engine.secrets import ANYONE, MAX_HOSTS, USES

Hosts = Annotated[tuple[Name, ...], Field(max_length=MAX_HOSTS)]
Uses = Annotated[tuple[Name, ...], Field(max_length=len(USES))]


class SecretBody(Params):
    """`integrationId` is `*` for all integrations."""

    integration_id: Word
    name: Word
    value: Text
    hosts: Hosts = ()
    uses: Uses | None = None


class SecretRef(Params):
    integration_id: Word
    name: Word


class SecretsQuery(Params):
    integration_id: Name = ANYONE


class StoreQuery(Params):
    integration_id: Word


class ClearStoreBody(Params):
    integration_id: Word
    key: NullableName = None
