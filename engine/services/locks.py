"""Who may write a key: one run of this process at a time, in the order of asking; in memory, and gone with it."""

import asyncio
from collections import deque

Key = tuple[str, str]


class Deadlock(Exception):
    """Two runs would wait for each other for ever; `key` is the one that was asked for last."""

    def __init__(self, key: Key) -> None:
        super().__init__(key[1])
        self.key = key


class KeyLocks:
    """Keys are (integration, key); an owner is whatever gives back what it took, and waits for one key at a time."""

    def __init__(self) -> None:
        self._owner: dict[Key, object] = {}
        self._held: dict[object, list[Key]] = {}
        self._awaited: dict[object, Key] = {}
        self._queues: dict[Key, deque[tuple[object, asyncio.Future[None]]]] = {}

    def __len__(self) -> int:
        return len(self._owner)

    async def take(self, owner: object, key: Key) -> None:
        """In the order of asking. Raises Deadlock."""
        holder = self._owner.get(key)
        if holder is owner:
            return
        if holder is None:
            self._give(owner, key)
            return
        if self._waits_for(holder, owner):
            raise Deadlock(key)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue = self._queues.setdefault(key, deque())
        queue.append((owner, turn))
        self._awaited[owner] = key
        try:
            await turn
        finally:
            self._awaited.pop(owner, None)
            if not turn.done() or turn.cancelled():
                # given up, unless it was this one's turn: then it is among what is given back
                queue = self._queues.get(key, queue)
                if (owner, turn) in queue:
                    queue.remove((owner, turn))
                if not queue:
                    self._queues.pop(key, None)

    def give_back(self, owner: object) -> None:
        """All that the owner has; each goes to whoever has waited longest."""
        for key in self._held.pop(owner, ()):
            del self._owner[key]
            queue = self._queues.get(key)
            while queue:
                following, turn = queue.popleft()
                if not turn.done():
                    self._give(following, key)
                    turn.set_result(None)
                    break
            if not queue:
                self._queues.pop(key, None)

    def _give(self, owner: object, key: Key) -> None:
        # it waits no more, though it may not have heard yet: else it would seem to wait for itself
        self._awaited.pop(owner, None)
        self._owner[key] = owner
        self._held.setdefault(owner, []).append(key)

    def _waits_for(self, waiting: object | None, owner: object) -> bool:
        """Whether a chain of owners, each waiting for the next one's key, leads to this one."""
        while waiting is not None and waiting is not owner:
            awaited = self._awaited.get(waiting)
            waiting = None if awaited is None else self._owner.get(awaited)
        return waiting is owner
