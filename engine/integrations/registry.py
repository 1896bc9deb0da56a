"""What the use cases of integrations work with, and the two steps they share: the script's state, and the answer."""

from dataclasses import dataclass
from typing import Literal, Protocol

from engine.errors import PlainError
from engine.http import EgressPolicy, Resolver
from engine.indexing import IndexCache
from engine.integrations.records import with_script_state
from engine.model.integrations import INCOMING, OUTGOING, Integration, Kind, SavedIntegration
from engine.scripts import SavedScript
from engine.store.database import Store
from engine.workspace.protocol import Workspace


class ScriptSaver(Protocol):
    async def save(self, source: str, kind: Literal["incoming", "outgoing"], /) -> SavedScript:
        """Raises Unavailable when it could not be compiled now."""


@dataclass(frozen=True, slots=True)
class Registry:
    """Made once by the runtime. `policy` is the operator's; `strict` restores rows of the strict table.

    `frozen`: no script may be stored that is new or changed.
    """

    store: Store
    workspace: Workspace
    scripts: ScriptSaver
    index: IndexCache
    policy: EgressPolicy
    resolver: Resolver
    strict: bool = False
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Scripted:
    """An integration with the state of its script; `fresh` is code that is still to be stored, under `code`."""

    integration: Integration
    code: str | None = None
    fresh: SavedScript | None = None


async def with_script(registry: Registry, integration: Integration, before: SavedIntegration | None = None) -> Scripted:
    """Compiles the script where it is enabled and not the one that `before` has already. Raises Unavailable."""
    source = integration.live_script
    if source is None:
        return Scripted(with_script_state(integration, None, None))
    if before is not None and before.integration.live_script == source:
        return Scripted(integration, before.code)
    saved = await registry.scripts.save(source, "incoming" if integration.type == INCOMING else "outgoing")
    return Scripted(
        with_script_state(integration, saved.label, saved.error),
        saved.key if saved.code is not None else None,
        saved if saved.code is not None else None,
    )


def kind_of(type: str) -> Kind:
    """The schemas let pass a type that only contains a kind's name."""
    if type == INCOMING:
        return INCOMING
    if type == OUTGOING:
        return OUTGOING
    raise PlainError("Invalid integration type.")
