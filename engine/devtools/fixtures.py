"""Reads a script's folder with its recorded payloads, as authors keep them and as tests run them.

    script.py                      the script
    integration.toml               the fields of integrations.create, without `script`
    payloads/<event>.json          the exact body; for an outgoing integration the event's `data`
    payloads/<event>.meta.toml     where needed: how the body arrives, see FixtureMeta
    payloads/<event>.response.json what the receiver answers, or .response.toml, see FixtureResponse
    payloads/<event>.http.json     what the script's own http calls are answered, see recordings.py
    expected/<event>.json          the outcome, of which only the keys named are compared

It reads files and runs nothing. Whatever is wrong is a FixtureError that names the file and says what to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import orjson

from engine.devtools.files import FixtureError, Table, parse_json, read_bytes, read_json, read_source, read_toml
from engine.devtools.integration_file import is_outgoing
from engine.devtools.integration_file import read_integration as read_integration
from engine.devtools.recordings import ENDING, Exchange, read_recording, recording_of
from engine.model.json import JsonObject

MAX_FIXTURES = 1_000

COMPANIONS = (".meta.toml", ".response.json", ".response.toml", ENDING)
META_KEYS = ("method", "headers", "query", "content_type", "now", "secrets", "user", "room")
RESPONSE_KEYS = ("status", "headers", "body", "error")
OUTCOME_KEYS = ("messages", "request", "answer", "error")


@dataclass(frozen=True, slots=True)
class FixtureMeta:
    """How a body arrives. Names of headers are lower-case and always hold `content-type`.

    A key of `query` that repeats has a list. `now` has a time zone; None is the machine's clock. `user` and `room`
    are the posting user and the room where they are not those of the integration.
    """

    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    query: Mapping[str, str | list[str]] = field(default_factory=dict)
    content_type: str = "application/json"
    now: datetime | None = None
    secrets: Mapping[str, str] = field(default_factory=dict)
    user: JsonObject | None = None
    room: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class FixtureResponse:
    """What the receiver answers. `error` is {kind, message} when no answer came: the status is 0, the body empty."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Fixture:
    """One payload. `expected` is None where there is no file that says what should come of it."""

    name: str
    payload: bytes
    meta: FixtureMeta = FixtureMeta()
    response: FixtureResponse | None = None
    expected: JsonObject | None = None
    exchanges: tuple[Exchange, ...] = ()

    @property
    def now(self) -> float | None:
        """The call's clock in seconds since the epoch; None is the machine's."""
        return None if self.meta.now is None else self.meta.now.timestamp()


@dataclass(frozen=True, slots=True)
class Example:
    """A folder: `script` is the source text, `integration` what integrations.create gets besides it."""

    folder: Path
    script: str
    integration: JsonObject
    fixtures: tuple[Fixture, ...]

    @property
    def outgoing(self) -> bool:
        return is_outgoing(self.integration)


def read_example(folder: Path) -> Example:
    """The folder whole, its fixtures by name. Raises FixtureError, also for one file of one payload."""
    example, broken = read_folder(folder)
    for error in broken.values():
        raise error
    return example


def read_folder(folder: Path) -> tuple[Example, dict[str, FixtureError]]:
    """What of a folder can be read, and by their names the payloads that cannot, or that files without one are of.

    Raises FixtureError for what concerns all of them.
    """
    if not (folder / "payloads").is_dir():
        raise FixtureError(folder / "payloads", "is missing; a folder has script.py, integration.toml and payloads/")
    integration = read_integration(folder / "integration.toml")
    names, broken = _names(folder)
    if not names and not broken:
        raise FixtureError(folder / "payloads", "has no payload; add one as <event>.json")
    if len(names) > MAX_FIXTURES:
        raise FixtureError(folder / "payloads", f"has more than {MAX_FIXTURES} payloads; split the folder")
    script = read_source(folder / "script.py")
    fixtures: list[Fixture] = []
    for name in names:
        payload = folder / "payloads" / f"{name}.json"
        try:
            fixture = read_fixture(payload, expected=folder / "expected" / payload.name)
            _check_direction(fixture, payload, outgoing=is_outgoing(integration))
        except FixtureError as error:
            broken.setdefault(name, error)
        else:
            fixtures.append(fixture)
    return Example(folder, script, integration, tuple(fixtures)), broken


def read_fixture(payload: Path, *, expected: Path | None = None) -> Fixture:
    """One payload with the files beside it; `expected` is read where that file exists. Raises FixtureError."""
    if not payload.name:
        raise FixtureError(payload, "is a folder")
    name = payload.name.removesuffix(".json")
    meta = payload.with_name(f"{name}.meta.toml")
    responses = [payload.with_name(f"{name}.response.{kind}") for kind in ("json", "toml")]
    found = [file for file in responses if file.exists()]
    if len(found) > 1:
        raise FixtureError(found[1], f"stands beside {found[0].name}; keep one of them")
    return Fixture(
        name=name,
        payload=read_bytes(payload),
        meta=_meta(read_toml(meta).only(META_KEYS)) if meta.exists() else FixtureMeta(),
        response=read_response(found[0]) if found else None,
        expected=_expected(read_json(expected)) if expected is not None and expected.exists() else None,
        exchanges=read_recording(recorded) if (recorded := recording_of(payload)).exists() else (),
    )


def _names(folder: Path) -> tuple[list[str], dict[str, FixtureError]]:
    """The events of the folder, sorted; a file that belongs to none of them is a mistake, not a note."""
    broken: dict[str, FixtureError] = {}
    payloads = sorted(file for file in (folder / "payloads").iterdir() if not file.name.startswith("."))
    names = [
        file.name.removesuffix(".json")
        for file in payloads
        if file.name.endswith(".json") and not file.name.endswith(COMPANIONS)
    ]
    for file in payloads:
        ending = next((ending for ending in (*COMPANIONS, ".json") if file.name.endswith(ending)), None)
        event = file.name if ending is None else file.name.removesuffix(ending)
        if ending is None:
            said = f"is none of {', '.join(f'<event>{ending}' for ending in ('.json', *COMPANIONS))}"
            broken[event] = FixtureError(file, said)
        elif event not in names:
            broken[event] = FixtureError(file, f"has no payload beside it; add {event}.json or remove it")
    for file in sorted((folder / "expected").glob("[!.]*")):
        if file.suffix != ".json" or file.stem not in names:
            said = "has no payload of that name; expected/<event>.json goes with payloads/<event>.json"
            broken.setdefault(file.name.removesuffix(".json"), FixtureError(file, said))
    return names, broken


def _check_direction(fixture: Fixture, payload: Path, *, outgoing: bool) -> None:
    if outgoing:
        if not isinstance(parse_json(payload, fixture.payload), dict):
            raise FixtureError(payload, "must be a JSON object: the `data` of the event")
    elif fixture.response is not None:
        raise FixtureError(payload, "has a .response file, but an incoming integration sends nothing; remove it")


def _meta(table: Table) -> FixtureMeta:
    method = table.text("method", "POST").upper()
    if method not in ("GET", "POST"):
        raise table.wrong(f"method is {method}; a webhook arrives by GET or POST")
    headers = _headers(table)
    if "content_type" in table.values and "content-type" in headers:
        raise table.wrong("has content_type and the header Content-Type; keep one of them")
    content_type = headers.setdefault("content-type", table.text("content_type", "application/json"))
    return FixtureMeta(
        method=method,
        headers=headers,
        query=_query(table),
        content_type=content_type,
        now=_now(table),
        secrets=table.texts("secrets"),
        user=table.table("user") if "user" in table.values else None,
        room=table.table("room") if "room" in table.values else None,
    )


def _headers(table: Table) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in table.texts("headers").items():
        if name.lower() in headers:
            raise table.wrong(f"headers has {name} twice; write one, its values joined with a comma")
        headers[name.lower()] = value
    return headers


def _query(table: Table) -> dict[str, str | list[str]]:
    query: dict[str, str | list[str]] = {}
    for name, value in table.table("query").items():
        if isinstance(value, str):
            query[name] = value
            continue
        texts = [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
        if not texts or texts != value:
            raise table.wrong(f"query.{name} must be text, or a list of texts for a key that repeats")
        query[name] = texts
    return query


def _now(table: Table) -> datetime | None:
    if "now" not in table.values:
        return None
    try:
        now = datetime.fromisoformat(table.text("now", ""))
    except ValueError as error:
        if isinstance(error, FixtureError):
            raise
        now = None
    if now is None or now.tzinfo is None:
        raise table.wrong("now must be a date and time with its zone, as in 2026-05-04T09:30:00Z")
    return now


def read_response(file: Path) -> FixtureResponse:
    """What the receiver answers, of a .toml or a JSON file. Raises FixtureError."""
    return _response((read_toml(file) if file.suffix == ".toml" else read_json(file)).only(RESPONSE_KEYS))


def response_of(values: JsonObject) -> FixtureResponse:
    """The same of a value in the form of .response.json. Raises FixtureError."""
    return _response(Table(Path("response"), values).only(RESPONSE_KEYS))


def _response(table: Table) -> FixtureResponse:
    if "error" in table.values:
        error = table.texts("error")
        if len(table.values) > 1 or set(error) != {"kind", "message"}:
            raise table.wrong("error means that no answer came: it has kind and message and stands alone")
        return FixtureResponse(status=0, error=error)
    status = table.values.get("status", 200)
    if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
        raise table.wrong("status must be a number from 200 to 599")
    body = table.values.get("body", "")
    if isinstance(body, str):
        return FixtureResponse(status, _headers(table), body.encode())
    return FixtureResponse(status, {"content-type": "application/json"} | _headers(table), orjson.dumps(body))


def _expected(table: Table) -> JsonObject:
    if not table.only(OUTCOME_KEYS).values:
        raise table.wrong(f"expects nothing at all; known are {', '.join(OUTCOME_KEYS)}")
    return table.values
