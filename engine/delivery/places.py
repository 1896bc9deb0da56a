"""Who may have which of the places for deliveries in flight: a receiver that never answers keeps nobody else waiting.

A destination has its share, one that did not answer lately a single place; an integration has its share, however many
destinations it names. The last places are a reserve for destinations that have nothing in flight: half of it for those
whose answers are not known yet, a few for each integration that has such; all of it for those that answered lately,
none for those that did not.
"""

from bisect import bisect_right
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from engine.http import MAX_REQUESTS_A_DESTINATION
from engine.model.deliveries import Claim

# destinations of which is known whether they answered; beyond it those heard of longest ago are forgotten
MAX_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Below what the guarded client has places for, so that nothing in flight waits there for others.

    What is in flight to a destination counts until it has answered, what is of an integration until it is ended.
    `new_ones` is an integration's share at destinations that nobody has heard of, once only the reserve is left.
    """

    deliveries: int = 192
    reserve: int = 64
    a_destination: int = MAX_REQUESTS_A_DESTINATION
    an_integration: int = 32
    new_ones: int = 2

    @property
    def for_all(self) -> int:
        return self.deliveries - self.reserve

    @property
    def for_new_ones(self) -> int:
        return self.deliveries - self.reserve // 2


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

    def answered(self, claim: Claim, *, heard: bool | None) -> None:
        """The destination is needed no more; `heard`: it answered, whatever it said; None: as it was known before."""
        if claim in self._in_flight:
            self._answered.add(claim)
        if heard is None:
            return
        self._answers[claim.destination] = heard
        self._answers.move_to_end(claim.destination)
        if len(self._answers) > MAX_KNOWN:
            self._answers.popitem(last=False)

    @property
    def any_free(self) -> bool:
        return len(self._in_flight) < self._limits.deliveries

    def sharing(self) -> "Sharing":
        """How it is now, for one round of claims."""
        busy = self._in_flight - self._answered
        return Sharing(
            self._limits,
            Counter(claim.destination for claim in busy),
            Counter(claim.integration_id for claim in self._in_flight),
            Counter(claim.integration_id for claim in busy if claim.destination not in self._answers),
            self._answers,
            self._last,
        )


class Sharing:
    """`busy` are places by destination, `held` by integration, and `new` those of them at destinations that nobody has
    heard of; `answers` says who answered the last time, and `last` who had a place the last time. No record, so that a
    write is not weighed with all of it."""

    __slots__ = ("_answers", "_busy", "_held", "_last", "_limits", "_new")

    def __init__(
        self,
        limits: WorkerLimits,
        busy: Mapping[str, int],
        held: Mapping[str, int],
        new: Mapping[str, int],
        answers: Mapping[str, bool],
        last: str = "",
    ) -> None:
        self._limits, self._busy, self._held, self._new = limits, busy, held, new
        self._answers, self._last = answers, last

    @property
    def full(self) -> tuple[str, ...]:
        """Integrations that may have no more."""
        return tuple(id for id, number in self._held.items() if number >= self._limits.an_integration)

    def deal(self, due: Sequence[str]) -> dict[str, int]:
        """How many to claim for each destination of `due`, which is sorted: those that have least first, in turns that
        begin behind the one that came last. Whoever they are of, no integration has more than its share then."""
        limits, in_flight = self._limits, self._in_flight
        most = min(limits.deliveries, in_flight + _room(self._held, limits.an_integration))
        dealt: Counter[str] = Counter()
        left = self._in_turn(due)
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

    def after(self, claims: Sequence[Claim]) -> Self:
        """How it is once these are in flight, too."""
        busy, held, new = Counter(self._busy), Counter(self._held), Counter(self._new)
        busy.update(claim.destination for claim in claims)
        held.update(claim.integration_id for claim in claims)
        new.update(claim.integration_id for claim in claims if claim.destination not in self._answers)
        last = claims[-1].destination if claims else self._last
        return type(self)(self._limits, busy, held, new, self._answers, last)

    def of_new_ones(self, due: Sequence[str]) -> "OfNewOnes | None":
        """For a round of those that only the reserve has places for, where there are any among `due`."""
        limits = self._limits
        if not limits.for_all <= self._in_flight < limits.for_new_ones:
            return None
        rest = OfNewOnes(limits, self._busy, self._held, self._new, self._answers, self._last)
        return rest if rest.deal(due) else None

    @property
    def _in_flight(self) -> int:
        return sum(self._held.values())

    def _in_turn(self, due: Sequence[str]) -> list[str]:
        begin = bisect_right(due, self._last)
        return [*due[begin:], *due[:begin]]

    def _share(self, destination: str) -> int:
        return self._limits.a_destination if self._answers.get(destination, True) else 1

    def _ceiling(self, destination: str, has: int) -> int:
        """Of all that is in flight: the destination may have a place below it."""
        answered_lately = self._answers.get(destination, False)
        return self._limits.deliveries if answered_lately and not has else self._limits.for_all


class OfNewOnes(Sharing):
    """The half of the reserve that is for destinations nobody has heard of: one place for each of them."""

    __slots__ = ()

    @property
    def full(self) -> tuple[str, ...]:
        limits = self._limits
        return tuple({*super().full, *(id for id, number in self._new.items() if number >= limits.new_ones)})

    def deal(self, due: Sequence[str]) -> dict[str, int]:
        limits = self._limits
        room = _room(self._new, limits.new_ones), _room(self._held, limits.an_integration)
        most = min(limits.for_new_ones - self._in_flight, *room)
        new = [at for at in self._in_turn(due) if at not in self._answers and not self._busy.get(at)]
        return dict.fromkeys(new[: max(most, 0)], 1)


def _room(has: Mapping[str, int], share: int) -> int:
    """How many more any of those may have that do not have their share already."""
    return share - max((number for number in has.values() if number < share), default=0)
