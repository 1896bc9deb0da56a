"""Who may have which of the places for deliveries in flight: a receiver that never answers keeps nobody else waiting.

A destination has its share, one that did not answer lately a single place; an integration has its share, however many
destinations it names. The last places are a reserve for destinations that have nothing in flight: half of it for those
whose answers are not known yet, all of it for those that answered lately, none for those that did not.
"""

from bisect import bisect_right
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.http import MAX_REQUESTS_A_DESTINATION
from engine.model.deliveries import Claim

# destinations of which is known whether they answered; beyond it those heard of longest ago are forgotten
MAX_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Below what the guarded client has places for, so that nothing in flight waits there for others.

    What is in flight to a destination counts until it has answered, what is of an integration until it is ended.
    """

    deliveries: int = 192
    reserve: int = 64
    a_destination: int = MAX_REQUESTS_A_DESTINATION
    an_integration: int = 32


LIMITS = WorkerLimits()


class Places:
    """Lives on one event loop."""

    def __init__(self, limits: WorkerLimits) -> None:
        self._limits = limits
        self._in_flight: set[Claim] = set()
        # those whose destination has done its part, or failed to
        self._answered: set[Claim] = set()
        self._answers: OrderedDict[str, bool] = OrderedDict()
        self._last = ""

    def take(self, claim: Claim) -> None:
        self._in_flight.add(claim)
        self._last = claim.destination

    def leave(self, claim: Claim) -> None:
        self._in_flight.discard(claim)
        self._answered.discard(claim)

    def answered(self, claim: Claim, *, heard: bool) -> None:
        """The destination is needed no more; `heard`: it answered, whatever it said."""
        if claim in self._in_flight:
            self._answered.add(claim)
        self._answers[claim.destination] = heard
        self._answers.move_to_end(claim.destination)
        if len(self._answers) > MAX_KNOWN:
            self._answers.popitem(last=False)

    @property
    def any_free(self) -> bool:
        return len(self._in_flight) < self._limits.deliveries

    def sharing(self) -> "Sharing":
        """How it is now, for one round of claims."""
        return Sharing(
            self._limits,
            Counter(claim.destination for claim in self._in_flight - self._answered),
            Counter(claim.integration_id for claim in self._in_flight),
            self._answers,
            self._last,
        )


class Sharing:
    """`busy` are places by destination, `held` by integration; `answers` says who answered the last time, and `last`
    who had a place the last time. No record, so that a write is not weighed with all of it."""

    __slots__ = ("_answers", "_busy", "_held", "_last", "_limits")

    def __init__(
        self,
        limits: WorkerLimits,
        busy: Mapping[str, int],
        held: Mapping[str, int],
        answers: Mapping[str, bool],
        last: str = "",
    ) -> None:
        self._limits, self._busy, self._held, self._answers, self._last = limits, busy, held, answers, last

    @property
    def full(self) -> tuple[str, ...]:
        """Integrations that may have no more."""
        return tuple(id for id, number in self._held.items() if number >= self._limits.an_integration)

    def deal(self, due: Sequence[str]) -> dict[str, int]:
        """How many to claim for each destination of `due`, which is sorted: those that have least first, in turns that
        begin behind the one that came last. Whoever they are of, no integration has more than its share then."""
        limits, in_flight = self._limits, self._in_flight
        room = limits.an_integration - max((n for n in self._held.values() if n < limits.an_integration), default=0)
        most = min(limits.deliveries, in_flight + room)
        dealt: Counter[str] = Counter()
        begin = bisect_right(due, self._last)
        left = [*due[begin:], *due[:begin]]
        for level in range(limits.a_destination):
            again = []
            for destination in left:
                has = self._busy.get(destination, 0) + dealt[destination]
                if has > level:
                    again.append(destination)
                elif (
                    in_flight < most and has < self._share(destination) and in_flight < self._ceiling(destination, has)
                ):
                    dealt[destination] += 1
                    in_flight += 1
                    again.append(destination)
            left = again
            if in_flight >= most:
                break
        return dict(dealt)

    def after(self, claims: Sequence[Claim]) -> "Sharing":
        """How it is once these are in flight, too."""
        busy, held = Counter(self._busy), Counter(self._held)
        busy.update(claim.destination for claim in claims)
        held.update(claim.integration_id for claim in claims)
        return Sharing(self._limits, busy, held, self._answers, claims[-1].destination if claims else self._last)

    @property
    def _in_flight(self) -> int:
        return sum(self._held.values())

    def _share(self, destination: str) -> int:
        return self._limits.a_destination if self._answers.get(destination, True) else 1

    def _ceiling(self, destination: str, has: int) -> int:
        """Of all that is in flight: the destination may have a place below it."""
        answers, reserve = self._answers.get(destination), self._limits.reserve
        if has or answers is False:
            return self._limits.deliveries - reserve
        return self._limits.deliveries - (0 if answers else reserve // 2)
