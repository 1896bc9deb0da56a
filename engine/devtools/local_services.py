"""http, store and secrets in the author's terminal: recorded answers, a store of the tool's own, the author's secrets.

The verbs, limits and words are the server's own: only where requests go and what is kept differ. With a client, calls
go out through it and are recorded.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.devtools.files import FixtureError, read_json
from engine.devtools.fixtures import Fixture
from engine.devtools.local_secrets import LocalSecrets
from engine.devtools.recordings import MAX_EXCHANGES, Exchange, Replies, exchange_of
from engine.http import Answer, Filler, GuardedClient, HttpError, OutgoingRequest, hop_of
from engine.json_text import json_text
from engine.model.integrations import Integration
from engine.model.json import JsonObject, JsonValue
from engine.model.values import MAX_BYTES, MAX_KEY, MAX_KEYS, MAX_VALUE, StoredValue
from engine.scripts import ServiceError
from engine.secrets import Known, Secret, SecretFiller
from engine.sending import scrubbed, scrubbed_error
from engine.services import RunServices, egress_of
from engine.services.scratch import ScratchValues
from engine.services.writers import LocalWriters
from engine.trace import now_ms


@dataclass(slots=True)
class LocalHost:
    """What a tool's runs share. `called` are the first MAX_EXCHANGES calls of http and what they were answered."""

    secrets: Mapping[str, Secret] = field(default_factory=dict)
    values: ScratchValues = field(default_factory=ScratchValues)
    client: GuardedClient | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    called: list[Exchange] = field(default_factory=list)

    def open(self, integration: Integration, fixture: Fixture) -> "LocalServices":
        known = LocalSecrets(fixture.meta.secrets, self.environment, self.secrets).known()
        replies, client, allow = Replies(fixture.exchanges), self.client, egress_of(integration)

        async def reply(request: OutgoingRequest, filler: Filler, limit: int) -> Answer:
            if client is None:
                _check(request, filler, known)
                return replies.reply(request)
            answer = await client.send(request, allow=allow, limit=limit, filler=filler)
            return await scrubbed(answer, known.scrubber)

        async def send(request: OutgoingRequest, filler: Filler, limit: int) -> Answer:
            try:
                answer = await reply(request, filler, limit)
            except HttpError as raised:
                error = scrubbed_error(raised, known.scrubber)
                self._keep(exchange_of(request, error))
                raise error from None
            self._keep(exchange_of(request, answer))
            return answer

        run = RunServices(
            integration.id,
            fixture.name,
            known=known,
            send=send,
            values=self.values,
            writers=LocalWriters(),
            clock=clock_of(fixture),
            keep=False,
        )
        return LocalServices(run, self.values)

    @property
    def recorded(self) -> list[Exchange]:
        """Those that went out."""
        return [] if self.client is None else self.called

    def _keep(self, exchange: Exchange) -> None:
        if len(self.called) < MAX_EXCHANGES:
            self.called.append(exchange)


@dataclass(frozen=True, slots=True)
class _Said:
    service: str
    verb: str
    arguments: JsonObject
    answer: JsonValue = None
    error: ServiceError | None = None


class LocalServices:
    """The services of one run. What was `remembered` is answered again instead of being done again."""

    def __init__(self, run: RunServices, values: ScratchValues) -> None:
        self.run = run
        self._values = values
        self._before: list[_Said] = []
        self._said: list[_Said] = []

    def begin(self, hook: str, seconds: float) -> None:
        self.run.begin(hook, seconds)
        self._said = []

    async def ask(self, service: str, verb: str, arguments: JsonObject) -> JsonValue:
        """Raises ServiceError."""
        number = len(self._said)
        said = self._before[number] if number < len(self._before) else None
        if said is None or (said.service, said.verb, said.arguments) != (service, verb, arguments):
            said = await self._answered(service, verb, arguments)
        self._said.append(said)
        if said.error is not None:
            raise said.error
        return said.answer

    def keep(self) -> None:
        """After a hook that went well."""
        self._values.keep(self.run.changes())
        self.run.discard()

    def drop(self) -> None:
        """After one that failed, and at the end."""
        self.run.discard()

    def remember(self) -> None:
        """What was asked in this call begins the next one."""
        self._before = self._said

    async def _answered(self, service: str, verb: str, arguments: JsonObject) -> _Said:
        try:
            return _Said(service, verb, arguments, await self.run.ask(service, verb, arguments))
        except ServiceError as error:
            return _Said(service, verb, arguments, error=error)


def _check(request: OutgoingRequest, filler: Filler, known: Known) -> None:
    """Whether the server would send it: asked of the secrets whose hosts the author has written down."""
    hop = hop_of(request)
    if isinstance(filler, SecretFiller):
        said = {word: name for word, name in filler.references.items() if known.secrets[name].rules.hosts}
        SecretFiller(said, known.secrets).check(hop)


def clock_of(fixture: Fixture) -> Callable[[], int]:
    now = fixture.now
    return now_ms if now is None else lambda: round(now * 1000)


def read_store(file: Path) -> ScratchValues:
    """A JSON object of values by their keys. Raises FixtureError."""
    values = [StoredValue(key, json_text(value), None, 0) for key, value in read_json(file).values.items()]
    if any(not 0 < len(value.key.encode()) <= MAX_KEY or len(value.text.encode()) > MAX_VALUE for value in values):
        raise FixtureError(file, f"a key has 1 to {MAX_KEY} bytes and a value at most {MAX_VALUE // 1024} KiB")
    if len(values) > MAX_KEYS or sum(value.size for value in values) > MAX_BYTES:
        raise FixtureError(file, f"a store has at most {MAX_KEYS} keys and {MAX_BYTES // 1024} KiB in all")
    return ScratchValues(values)
