"""What the endpoints of integrations and their history take, but for the bodies that the engine tells apart itself."""

from typing import Annotated

from pydantic import BeforeValidator

from api.list_schemas import RecordsQuery, SearchQuery
from engine.params import Flag, Name, NullableName, NullableText, Params, problem


def _switch(value: object) -> bool:
    if value in ("1", "true", True):
        return True
    if value in ("0", "false", "", False):
        return False
    raise problem("must be 1 or 0")


Switch = Annotated[bool, BeforeValidator(_switch)]


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


class RunQuery(Params):
    """A run's id, a delivery's, or that of a delivery with the number of an attempt."""

    run_id: Name


class ReplayBody(Params):
    integration_id: Name
    history_id: Name


class ReplayIncomingBody(ReplayBody):
    post: Flag = False
