"""How many requests may be under way: of each share to a destination, and in all.

A share is an integration whose scripts call, or DELIVERIES, whose places are apart from the scripts'. So a receiver
that is slow to answer one integration keeps neither another's call nor a delivery waiting. Scripts have as many places
in all as there are cells that could wait, deliveries as many as a worker has under way, and both some to spare.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

MAX_REQUESTS, MAX_REQUESTS_OF_SCRIPTS = 256, 128
MAX_REQUESTS_A_DESTINATION = 8

DELIVERIES = ""


class _Shared:
    """The places that one share has at one destination, while anybody wants one."""

    def __init__(self) -> None:
        self.places = asyncio.Semaphore(MAX_REQUESTS_A_DESTINATION)
        self.users = 0
        self.under_way = 0


class Places:
    """Lives on one event loop."""

    def __init__(self) -> None:
        self._of_deliveries = asyncio.Semaphore(MAX_REQUESTS)
        self._of_scripts = asyncio.Semaphore(MAX_REQUESTS_OF_SCRIPTS)
        self._shared: dict[tuple[str, str], _Shared] = {}

    def __len__(self) -> int:
        return len(self._shared)

    @asynccontextmanager
    async def taken(self, share: str, destination: str) -> AsyncGenerator[None]:
        """Waits for a place at the destination first and for one of all second: who waits for the first holds none."""
        key = share, destination
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = _Shared()
        shared.users += 1
        try:
            async with shared.places, self._of_deliveries if share == DELIVERIES else self._of_scripts:
                shared.under_way += 1
                try:
                    yield
                finally:
                    shared.under_way -= 1
        finally:
            shared.users -= 1
            if not shared.users:
                del self._shared[key]

    def why_none(self, share: str, destination: str) -> str:
        """What the places are taken by, for one that has waited for nothing else."""
        shared = self._shared.get((share, destination))
        if shared is not None and shared.under_way >= MAX_REQUESTS_A_DESTINATION:
            return f"{shared.under_way} requests to {destination} are under way"
        return f"{MAX_REQUESTS if share == DELIVERIES else MAX_REQUESTS_OF_SCRIPTS} requests are under way"
