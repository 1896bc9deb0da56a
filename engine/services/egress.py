"""What one integration's scripts and deliveries may reach, by its own settings."""

from engine.http import EgressPolicy
from engine.model.integrations import Integration


def egress_of(integration: Integration | None) -> EgressPolicy | None:
    """What the integration may reach besides what the operator allows everyone."""
    own = None if integration is None else integration.hookcell
    return EgressPolicy.parse(own.egress_allow) if own is not None and own.egress_allow else None
