"""What the journey of a webhook hands on from step to step: the run, and how it ends."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from engine import history
from engine.accepting import Accepting
from engine.errors import ClientError, NotLoggedIn, PlainError
from engine.hook_bodies import EMPTY_BODY
from engine.hook_errors import bare
from engine.model.history import RunState
from engine.model.hooks import HookRequest
from engine.model.integrations import HistoryLevel, IncomingIntegration, SavedIntegration
from engine.model.json import JsonObject, JsonValue
from engine.model.messages import Room, User
from engine.model.runs import IncomingResult, ScriptReport
from engine.scripts import HookServices, Script
from engine.services import RunServices, ServiceKit
from engine.store.hook_keys import Claim
from engine.trace import Trace
from engine.workspace.protocol import Draft, Workspace

GONE = "gone"


class IncomingHook(Protocol):
    async def process_incoming(
        self, script: Script, request: JsonObject, raw: bytes, *, parse: bool, services: HookServices
    ) -> tuple[IncomingResult, ScriptReport | None]:
        """A result without a report was not run."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """The journey's edges, made once by the runtime; `worker` names this process in the rows of runs under way."""

    accepting: Accepting
    scripts: IncomingHook
    services: ServiceKit
    worker: str
    strict: bool = False

    @property
    def workspace(self) -> Workspace:
        return self.accepting.workspace


@dataclass(frozen=True, slots=True)
class Run:
    """A run on its way: `trace` grows, and `size`, in bytes, of what it may tell for each destination."""

    integration: IncomingIntegration
    saved: SavedIntegration
    request: HookRequest
    user: User
    level: HistoryLevel
    trace: Trace
    services: RunServices
    size: int
    claim: Claim | None = None

    def then(self, step: str, **detail: JsonValue) -> "Run":
        return replace(self, trace=self.trace.then(step, **detail))


@dataclass(frozen=True, slots=True)
class End:
    """How a run ends; what is to be posted is committed with it."""

    run: Run
    state: RunState
    status: int
    body: JsonObject
    drafts: Sequence[Draft] = field(default=())


def told_why_empty(run: Run, why: str | None) -> Run:
    """Senders get a 200 for it, and somebody will wonder."""
    return run if why is None else run.then(EMPTY_BODY, hint=why)


def gone(integration: IncomingIntegration) -> User:
    """Who is no user any more, for the record of the run that is turned down."""
    return User(integration.user_id, integration.username, "", GONE, (), active=False)


def level_of(request: HookRequest, integration: IncomingIntegration, rooms: Sequence[Room] = ()) -> HistoryLevel:
    """Who replays a run wants to see what comes of it."""
    return history.level_of(integration, rooms) if request.replayed is None else "full"


class Disabled(ClientError):
    status = 503

    def __init__(self) -> None:
        super().__init__("Service Unavailable")


def not_done(run: Run, error: ClientError) -> End:
    step = "integration-disabled" if isinstance(error, Disabled) else "not-posted"
    body: JsonObject = {"success": False, "error": bare(error)}
    if isinstance(error, NotLoggedIn):
        step = "posting-user-gone"
        body = {"success": False, "status": "error", "message": str(error), "error": str(error)}
    run = run.then(step, error=True, because=str(error), hint=hint_of(error))
    return End(run, "failed", error.status, body)


def hint_of(error: ClientError) -> str | None:
    """What a sender is not told: which field, and by how much."""
    return error.hint or None if isinstance(error, PlainError) else None
