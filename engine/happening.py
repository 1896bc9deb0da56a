"""Actions of the workspace, committed together with the events they are and the deliveries of those.

What happened is known only inside the action's transaction (an invitation may add nobody), so its events are matched
there, against the index of the configuration that holds in it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from engine.accepting import Listeners, accept_event, with_current_index
from engine.delivery.rules import Rules
from engine.delivery.wake import Wake
from engine.indexing import IndexCache
from engine.matching import Index
from engine.store.database import Store
from engine.trace import now_ms
from engine.workspace.happenings import KICK, Done

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Heard:
    """The workspace's `Acting` where integrations listen."""

    store: Store
    index: IndexCache
    wake: Wake
    rules: Rules = Rules()

    async def act(
        self, action: Callable[Concatenate[Connection, P], Done[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Raises what the action raises, and Unavailable when nothing could be stored."""

        def acting(connection: Connection) -> Done[T]:
            return action(connection, *args, **kwargs)

        async def attempt(index: Index) -> Done[T]:
            return await self.store.write(
                _act, acting, Listeners(index, self.rules), self.rules.kicked_is_left, now_ms()
            )

        done = await with_current_index(self.index, self.store, attempt)
        if done.events:
            self.wake.call_all()
        return done.result


def _act(
    connection: Connection,
    action: Callable[[Connection], Done[T]],
    listeners: Listeners,
    kicked_is_left: bool,
    now: int,
) -> Done[T]:
    done = action(connection)
    for event in done.events:
        if kicked_is_left or event.source != KICK:
            accept_event(connection, event, listeners, now)
    return done
