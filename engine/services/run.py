"""The services of one run, for the hooks that it calls one after the other.

`begin` as each hook starts, `ask` while it runs. What the run has `written` is committed inside the transaction that
ends it, or its first half; `discard` follows, and also where a hook has failed: it throws away what is not committed
and lets other runs go on. It may be called at any time, any number of times.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from engine.errors import Unavailable
from engine.http import OutgoingRequest
from engine.model.json import JsonObject, JsonValue
from engine.model.values import Change
from engine.scripts import ServiceError
from engine.secrets import SecretFiller, references_in
from engine.secrets.known import Known
from engine.services.http import HttpService, Send
from engine.services.secrets import SecretService
from engine.services.store import StoreService, Written
from engine.services.writers import Values, Writers
from engine.trace import now_ms


class RunServices:
    """`id` names the run in what its writes are told apart by at their receivers; with `keep` off it leaves nothing.

    `look` answers what is known by now: it is asked at each use of a secret. `depth` is how many integrations led here,
    this one among them, as whoever its scripts call is told; None where nobody is.
    """

    def __init__(
        self,
        integration_id: str,
        id: str,
        *,
        known: Known,
        look: Callable[[], Awaitable[Known]] | None = None,
        send: Send,
        values: Values,
        writers: Writers,
        clock: Callable[[], int] = now_ms,
        keep: bool = True,
        depth: int | None = None,
    ) -> None:
        self.known = self._seen = known
        self._look = look
        self._keep = keep
        self._id = id
        self._depth = depth
        self._send = send
        self._deadline = 0.0
        self._secrets = SecretService(known.secrets)
        self._store = StoreService(integration_id, values, writers, clock, self.seconds_left)
        self._http = self._http_of("")

    def begin(self, hook: str, seconds: float) -> None:
        """A hook starts, and may take so long in all."""
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._http = self._http_of(hook)
        self._secrets.used.clear()
        self._store.reads = self._store.writes = 0

    def seconds_left(self) -> float:
        return self._deadline - asyncio.get_running_loop().time()

    async def ask(self, service: str, verb: str, arguments: JsonObject) -> JsonValue:
        """Raises ServiceError."""
        try:
            return await self._answer(service, verb, arguments)
        except Unavailable as error:
            raise ServiceError("RuntimeError", f"the store cannot be read: {error}") from None

    async def _answer(self, service: str, verb: str, arguments: JsonObject) -> JsonValue:
        match service:
            case "http":
                if self._secrets.references:
                    await self._look_again()
                return await self._http.ask(verb, arguments)
            case "store":
                return await self._store.ask(verb, arguments)
            case "secrets":
                await self._look_again()
                return await self._secrets.ask(verb, arguments)
            case _:
                raise ServiceError("ValueError", f"there is no service {service[:40]!r}")

    def did(self) -> JsonObject:
        """What the hook asked for, for the trace: {services: {http, store, secrets}}, or nothing."""
        done: JsonObject = {}
        if self._http.made:
            done["http"] = [*self._http.made]
        if self._store.reads or self._store.writes:
            done["store"] = {"reads": self._store.reads, "writes": self._store.writes}
        if self._secrets.used:
            done["secrets"] = [*sorted(self._secrets.used)]
        return {"services": done} if done else {}

    def written(self) -> Written:
        """To its store, so far: taken where the outcome is handed on, for it is committed with it or not at all."""
        written = self._store.written()
        return written if self._keep else replace(written, changes=())

    def changes(self) -> tuple[Change, ...]:
        """The same, also of a run that is to leave nothing."""
        return self._store.written().changes

    def discard(self) -> None:
        self._store.end()

    def placeholders(self, request: OutgoingRequest) -> tuple[tuple[str, str], ...]:
        """The references of this run that stand in the request: what has to be kept with it."""
        found = references_in(request) & self._secrets.references.keys()
        return tuple((reference, self._secrets.references[reference]) for reference in sorted(found))

    async def filler_of(self, request: OutgoingRequest) -> SecretFiller | None:
        """None for a request that no secret belongs into. Raises Unavailable."""
        if not request.placeholders:
            return None
        await self._look_again()
        return SecretFiller(dict(request.placeholders), self.known.secrets)

    async def _look_again(self) -> None:
        """A secret that was changed since the run began is changed for it, too."""
        if self._look is None or (seen := await self._look()) is self._seen:
            return
        self._seen, self.known = seen, seen.after(self.known)
        self._secrets.secrets = seen.secrets
        self._http.filler, self._http.scrubber = self._secrets.filler, self.known.scrubber

    def _http_of(self, hook: str) -> HttpService:
        id, known = f"{self._id}-{hook}", self.known
        return HttpService(id, self._send, self._secrets.filler, known.scrubber, self.seconds_left, self._depth)
