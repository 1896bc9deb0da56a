"""What the routes need of the running engine."""

from collections.abc import Callable, Sequence
from typing import Protocol

from sqlalchemy import Connection

from engine.model.events import Chain
from engine.settings import Settings
from engine.workspace.embedded import EmbeddedWorkspace
from engine.workspace.protocol import Draft, Posted

NO_CHAIN = Chain()


class Engine(Protocol):
    @property
    def settings(self) -> Settings: ...

    @property
    def workspace(self) -> EmbeddedWorkspace: ...

    @property
    def ready(self) -> bool:
        """False while it starts, stops or has lost its database."""
        ...

    @property
    def sandbox_is_full(self) -> bool: ...

    async def post(
        self,
        drafts: Sequence[Draft],
        *,
        chain: Chain = NO_CHAIN,
        also: Callable[[Connection, Sequence[Posted]], None] | None = None,
    ) -> list[Posted]:
        """Commits the drafts with all that follows from them; see `engine.accepting.post`."""
        ...
