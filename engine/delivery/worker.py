"""The worker: claims what is due, runs the journey for each, and keeps the process's lease where others look at it.

It looks when it is woken, when the earliest delivery is due, and once a second. How much of whom is in flight at once
is for `places.py` to say. It claims nothing while the store's queue is over half: ends come before beginnings.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias

import structlog
from sqlalchemy import Connection

from engine.delivery import leases, queue
from engine.delivery.outage import Outage
from engine.delivery.places import LIMITS, Places, Sharing, WorkerLimits
from engine.delivery.wake import Wake
from engine.errors import Unavailable
from engine.model.deliveries import Claim, Delivery
from engine.store.database import Store
from engine.store.deliveries import get_deliveries
from engine.store.isolation import row_by_row

Journey: TypeAlias = Callable[[Delivery, Claim], Coroutine[Any, Any, None]]

RENEW_SECONDS = 2.0
LOOK_SECONDS = 1.0
LINGER_SECONDS = 0.004
# after the first look that failed, or while the store is behind
PAUSE_SECONDS = 0.05
MAX_STORE_LOAD = 0.5
AGAIN_MS = 1_000

_log = structlog.stdlib.get_logger("hookcell.deliveries")


class Worker:
    """`id` names the process in the database; `alone`: no other process works there, so other names are dead ones.

    One that is not `working` claims nothing, and keeps the process's lease all the same: runs of webhooks have it too.
    """

    def __init__(
        self,
        id: str,
        store: Store,
        wake: Wake,
        journey: Journey,
        *,
        alone: bool,
        working: bool = True,
        limits: WorkerLimits = LIMITS,
    ) -> None:
        self.id = id
        self._working = working
        self._store = store
        self._wake = wake
        self._journey = journey
        self._alone = alone
        self._places = Places(limits)
        self._running: dict[asyncio.Task[None], Claim] = {}
        self._loops: list[asyncio.Task[None]] = []
        self._claims = Outage("deliveries wait", PAUSE_SECONDS, LOOK_SECONDS)
        self._lease = Outage("the lease was not renewed", RENEW_SECONDS, RENEW_SECONDS)
        self._claiming: asyncio.Future[Any] | None = None
        # ends that could not be stored yet
        self._unended: deque[Callable[[Connection], None]] = deque()

    @property
    def in_flight(self) -> int:
        return len(self._running)

    def answered(self, claim: Claim, *, heard: bool | None) -> None:
        """The attempt needs its destination no more: another may have the place while this one is ended.

        `heard` is whether the destination answered; one that did not has a single place until it does. None where the
        attempt says nothing of that.
        """
        self._places.answered(claim, heard=heard)
        self._wake.call()

    async def start(self) -> None:
        """Takes over what a process that died had, before anything is claimed."""
        await self._live()
        self._loops = [asyncio.create_task(self._keep_living())]
        if self._working:
            self._loops.append(asyncio.create_task(self._work()))

    def stop_claiming(self) -> None:
        """What is in flight goes on; `drain` waits for it."""
        for task in self._loops[1:]:
            task.cancel()

    async def drain(self, seconds: float) -> None:
        """Claims nothing more; gives what is in flight that long, and then back. Raises Unavailable."""
        await _cancelled(self._loops[1:])
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        await _cancelled([*self._running, *self._loops])
        if self._claiming is not None:
            # one whose loop ended goes on: what it commits has to be there to be given back
            await asyncio.gather(self._claiming, return_exceptions=True)
        await self._store.write(leases.give_back, self.id)

    async def _work(self) -> None:
        woken = True
        while True:
            try:
                seconds = await self._claim_due(woken)
                self._claims.over()
            except Unavailable as error:
                seconds = self._claims.met(error)
            except Exception:
                # Whatever it is, it must not end all deliveries for good.
                _log.exception("deliveries were not claimed, in a way that should not be")
                seconds = LOOK_SECONDS
            woken = await self._wake.wait(seconds)
            if woken and self._running:
                # Ends come in groups: one claim for all of them.
                await asyncio.sleep(LINGER_SECONDS)

    async def _claim_due(self, woken: bool) -> float:
        """Starts what there is room for; how long to wait before the next look, unless woken."""
        if not self._places.any_free:
            return LOOK_SECONDS
        if self._store.queue_load() > MAX_STORE_LOAD:
            return PAUSE_SECONDS
        sharing = self._places.sharing()
        # nobody writes to find out that there is nothing to do
        look = queue.Look((), None) if woken else await self._store.read(queue.look, sharing.full)
        if woken or look.due:
            # A claim that a crash of the machine undoes is a delivery that is due.
            self._claiming = asyncio.ensure_future(self._store.write_soon(take, self.id, sharing))
            look, claims, deliveries = await asyncio.shield(self._claiming)
            for claim in claims:
                self._begin(claim, deliveries.get(claim.seq))
        return LOOK_SECONDS if look.next_ms is None else min(LOOK_SECONDS, look.next_ms / 1000)

    def _begin(self, claim: Claim, delivery: Delivery | None) -> None:
        if delivery is None:
            _log.error("a delivery cannot be read", delivery=claim.seq)
            self._unended.append(partial(queue.interrupt, claim=claim, delay_ms=AGAIN_MS))
            return
        # called at once, in the order of the claims
        journey = self._journey(delivery, claim)
        task = asyncio.create_task(self._run(journey, claim))
        self._running[task] = claim
        self._places.take(claim)
        task.add_done_callback(partial(self._ended, journey))

    async def _run(self, journey: Coroutine[Any, Any, None], claim: Claim) -> None:
        try:
            await journey
        except queue.LeaseLost:
            _log.warning("the result of an attempt was thrown away: its lease was lost", delivery=claim.seq)
        except Unavailable as error:
            _log.warning("a delivery was put off", delivery=claim.seq, error=str(error))
            self._unended.append(partial(queue.put_off, claim=claim, delay_ms=AGAIN_MS))
        except Exception as error:
            _log.exception("a delivery failed in a way that it should not", delivery=claim.seq, error=repr(error))
            self._unended.append(partial(queue.interrupt, claim=claim, delay_ms=AGAIN_MS))

    def _ended(self, journey: Coroutine[Any, Any, None], task: asyncio.Task[None]) -> None:
        # one that was cancelled before it ran
        journey.close()
        self._places.leave(self._running.pop(task))
        self._wake.call()

    async def _keep_living(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                await self._look_at_clock()
                if not self._alone:
                    await self._live()
                await self._end_the_rest()
                self._lease.over()
            except Unavailable as error:
                self._lease.met(error)
            except Exception:
                _log.exception("the lease was not renewed, in a way that should not be")

    async def _live(self) -> None:
        await self._store.write(leases.renew, self.id)
        if await self._store.write(leases.reap, self.id, alone=self._alone):
            self._wake.call()

    async def _look_at_clock(self) -> None:
        if await self._store.read(leases.clock_went_back):
            waiting = await self._store.write(leases.follow_clock)
            _log.warning("the database's clock went back; what waits is due as it was to be", deliveries=waiting)
            self._wake.call()

    async def _end_the_rest(self) -> None:
        while self._unended:
            end = self._unended.popleft()
            try:
                with suppress(queue.LeaseLost):
                    await self._store.write(end)
            except BaseException:
                self._unended.append(end)
                raise
            self._wake.call()


@row_by_row
def take(connection: Connection, worker: str, sharing: Sharing) -> tuple[queue.Look, list[Claim], dict[int, Delivery]]:
    """Looks, claims what there are places for of what is due, and reads it."""
    queue.ripen(connection)
    look = queue.look(connection, sharing.full)
    claims, sharing = _claimed(connection, worker, sharing, look.due)
    if (new_ones := sharing.of_new_ones(look.due)) is not None:
        due = queue.look(connection, new_ones.full).due
        claims += _claimed(connection, worker, new_ones, due)[0]
    return look, claims, get_deliveries(connection, [claim.seq for claim in claims])


def _claimed(
    connection: Connection, worker: str, sharing: Sharing, due: tuple[str, ...]
) -> tuple[list[Claim], Sharing]:
    claims, left_out = list[Claim](), sharing.full
    while wanted := sharing.deal(due):
        found = queue.claim(connection, worker, wanted, sharing.full)
        sharing = sharing.after(found)
        claims += found
        came = Counter(claim.destination for claim in found)
        rest = tuple(destination for destination in due if came[destination] >= wanted.get(destination, 0))
        if len(rest) < len(due) and sharing.full != left_out:
            # one that is full now may have thousands of destinations to itself: none of them is asked in vain
            left_out = sharing.full
            still = frozenset(queue.look(connection, left_out).due)
            rest = tuple(destination for destination in rest if destination in still)
        due = rest
    return claims, sharing


async def _cancelled(tasks: Iterable[asyncio.Task[None]]) -> None:
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
