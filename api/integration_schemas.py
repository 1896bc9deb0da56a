"""What the endpoints of integrations and their history take, but for the bodies that the engine tells apart itself."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from engine.errors import InvalidParams
from engine.paging import PageQuery
from engine.params import Flag, Name, NullableName, NullableText, Params, problem
from engine.querying import Fields, Query, parse_fields, parse_query, whole
from engine.settings import Settings

UNSAFE = "HOOKCELL_ALLOW_UNSAFE_QUERY_AND_FIELDS_API_PARAMS"


def _switch(value: object) -> bool:
    if value in ("1", "true", True):
        return True
    if value in ("0", "false", "", False):
        return False
    raise problem("must be 1 or 0")


Switch = Annotated[bool, BeforeValidator(_switch)]


class SearchQuery(PageQuery):
    """`query` is there only where the operator allows it; as in the original, elsewhere it is an unknown parameter."""

    query: NullableText = None

    def search(self, settings: Settings) -> Query | None:
        """Raises InvalidParams, CodedError."""
        _allowed(self.query, "query", settings)
        return parse_query(self.query) if self.query else None


class RecordsQuery(SearchQuery):
    fields_: Annotated[NullableText, Field(alias="fields")] = None

    def shown(self, settings: Settings) -> Fields:
        """Raises InvalidParams, CodedError."""
        _allowed(self.fields_, "fields", settings)
        return parse_fields(self.fields_) if self.fields_ else whole


class IntegrationQuery(Params):
    integration_id: Name
    created_by: NullableName = None


class IntegrationsQuery(RecordsQuery):
    """`name` is part of a name, in any case."""

    name: NullableName = None
    type: NullableName = None
    stats: Switch = False


class RoomIntegrationsQuery(RecordsQuery):
    room_id: Name = ""
    room_name: Name = ""


class ChannelIntegrationsQuery(RoomIntegrationsQuery):
    """Anything but `true` leaves out what hears all of them, as in the original."""

    include_all_public_channels: NullableText = "true"


class GroupIntegrationsQuery(RoomIntegrationsQuery):
    include_all_private_groups: NullableText = "true"


class IntegrationBody(Params):
    integration_id: Name


class RunsQuery(SearchQuery):
    id: Name


class ReplayBody(Params):
    integration_id: Name
    history_id: Name


class ReplayIncomingBody(ReplayBody):
    post: Flag = False


def _allowed(value: str | None, key: str, settings: Settings) -> None:
    if value is not None and not settings.allow_unsafe_query_and_fields_api_params:
        message = f"must NOT have additional properties: {key} needs {UNSAFE}=true"
        raise InvalidParams([message], error_type="error-invalid-params")
