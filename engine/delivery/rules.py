"""What an answer means for a delivery, and the other rows of the strict table that deliveries have, in one place.

By default any 2xx is success, what may pass by itself is retried, and the rest is final. `strict` restores what
Rocket.Chat does, row by row, and never changes what a script receives or what its result means.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.http import Answer, HttpError, Kind

Verdict: TypeAlias = Literal["success", "retry", "final", "disable"]

_RETRIED_STATUSES = frozenset({408, 425, 429})
# A refusal, a bad url or request, and a redirect that leads nowhere are the same the next time.
_RETRIED_KINDS: frozenset[Kind] = frozenset({"timeout", "connect", "tls", "resolve", "protocol"})
# What keeps a place as long as it lasts, or says that nobody is there.
_SILENCE: frozenset[Kind] = frozenset({"timeout", "connect", "resolve"})
# seconds without an answer
MIN_SILENCE = 5.0


@dataclass(frozen=True, slots=True)
class Rules:
    strict: bool = False

    @property
    def loop_guard(self) -> bool:
        return not self.strict

    @property
    def kicked_is_left(self) -> bool:
        """Whether somebody who was kicked has left the room, for those that listen to that."""
        return not self.strict

    @property
    def broken_script_stops(self) -> bool:
        """Whether a script that does not compile or load ends its delivery, or counts as none."""
        return not self.strict

    @property
    def asks_to_impersonate(self) -> bool:
        return not self.strict

    @property
    def prepares_once(self) -> bool:
        """Whether a retry sends the stored request, or prepares anew."""
        return not self.strict

    @property
    def keeps_deadlines(self) -> bool:
        """Whether `Retry-After` and the ceilings of waiting and age count."""
        return not self.strict

    def verdict(self, reply: Answer | HttpError) -> Verdict:
        if isinstance(reply, HttpError):
            return "retry" if reply.kind in _RETRIED_KINDS and not self.strict else "final"
        if self.strict:
            return _strictly(reply.status, bool(reply.content))
        if 200 <= reply.status < 300:
            return "success"
        if reply.status == 410:
            return "disable"
        return "retry" if reply.status in _RETRIED_STATUSES or reply.status >= 500 else "final"


def _strictly(status: int, has_text: bool) -> Verdict:
    if has_text and status in (200, 201, 202):
        return "success"
    if has_text and status == 410:
        return "disable"
    return "final" if has_text and status == 500 else "retry"


def heard(reply: Answer | HttpError, timeout: float) -> bool | None:
    """Whether the destination answered, as far as that says something of the next request to it; else None.

    `timeout` is what the request had, in seconds: scripts choose it, and a short one says nothing.
    """
    if isinstance(reply, Answer) or reply.kind not in _SILENCE:
        return True
    return None if reply.kind == "timeout" and timeout < MIN_SILENCE else False
