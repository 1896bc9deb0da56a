"""First attempts of one order, in the order in which their deliveries were claimed: who may begin, and when.

Each waits only until the one before it has begun or ended. Where that one was put off, so are all behind it.
"""

import asyncio


class Turn:
    """One delivery's place in its order. `leave` it whatever happened, or those behind wait for ever."""

    def __init__(self, turns: "Turns", order: str, before: "asyncio.Future[bool] | None") -> None:
        self._turns = turns
        self._order = order
        self._before = before
        self.passed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def come(self) -> bool:
        """True once nothing before it can begin any more; False when something before it was put off."""
        return self._before is None or await asyncio.shield(self._before)

    def begin(self) -> None:
        """The next may, too."""
        self._turns.pass_on(self._order, self.passed, True)

    def leave(self, *, put_off: bool) -> None:
        """It ended without having begun; nothing happens where it has begun."""
        self._turns.pass_on(self._order, self.passed, not put_off)


class Turns:
    """Of one process: among processes the queue keeps the order. Lives on one event loop."""

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Future[bool]] = {}

    def take(self, order: str) -> Turn:
        turn = Turn(self, order, self._last.get(order))
        self._last[order] = turn.passed
        return turn

    def pass_on(self, order: str, passed: "asyncio.Future[bool]", begun: bool) -> None:
        if not passed.done():
            passed.set_result(begun)
        if self._last.get(order) is passed:
            del self._last[order]
