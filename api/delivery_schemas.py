"""What the endpoints of deliveries take."""

from engine.delivery_desk import STATES, UNFINISHED, Which
from engine.errors import InvalidParams
from engine.model.deliveries import DeliveryState
from engine.paging import Bounds, Page, PageQuery
from engine.params import NullableName, Params, Word


class DeliveriesQuery(PageQuery):
    """`state` is one or several with commas between; none: whatever has not ended well."""

    integration_id: NullableName = None
    state: NullableName = None

    def states(self) -> tuple[DeliveryState, ...]:
        """Raises InvalidParams."""
        asked = {state.strip() for state in (self.state or "").split(",")} - {""}
        if unknown := sorted(asked.difference(STATES)):
            message = f"state must be one of {', '.join(STATES)}, not {unknown[0]}"
            raise InvalidParams([message], error_type="error-invalid-params")
        return tuple(state for state in STATES if state in asked) or UNFINISHED

    def some(self) -> Page:
        """The newest first, whatever `sort` says is possible: nothing. Raises CodedError."""
        return self.page((), Bounds(all_allowed=False))


class DeliveryBody(Params):
    delivery_id: Word


class DeliveriesBody(Params):
    delivery_id: NullableName = None
    integration_id: NullableName = None

    def which(self) -> Which:
        """Raises InvalidParams."""
        if bool(self.delivery_id) == bool(self.integration_id):
            raise InvalidParams(["must have either deliveryId, one delivery, or integrationId, all it has"])
        return Which(self.delivery_id or None, self.integration_id or None)
