"""A script's folder and the integration of a server that it is: what is other, what was last seen, writing it down.

integration.toml keeps three keys of ours: `_id` is the integration's, `_updatedAt` when the server's record was last
seen to change, `_digest` what script and settings both sides had then. So it is known which side was changed since.
integration.toml is all of the settings: what it leaves out the server's record is to lose, but for a token.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from engine.channels import incoming_targets, outgoing_targets
from engine.devtools.diffing import text_diff, value_diff
from engine.devtools.files import FixtureError, path_of, plain_ends, read_source, read_text
from engine.devtools.integration_edit import edited, toml
from engine.devtools.integration_file import (
    GIT_IGNORES,
    IGNORED,
    NAME,
    SERVERS_OWN,
    is_outgoing,
    read_integration,
    settings_of,
)
from engine.errors import ClientError
from engine.integrations.records import DEFAULT_RETRY_COUNT, DEFAULT_RETRY_DELAY
from engine.integrations.requests import IncomingCreate, read_create
from engine.json_text import json_text
from engine.model.integrations import INCOMING, OUTGOING, Kind
from engine.model.json import JsonObject, JsonValue

SCRIPT = "script.py"
ID, SEEN_AT, DIGEST = "_id", "_updatedAt", "_digest"
NOTE = "Kept by hookcell push and pull: which integration this is, and how it last was on the server."

_SETTINGS: dict[Kind, frozenset[str]] = {
    kind: settings_of(outgoing=kind == OUTGOING) - SERVERS_OWN for kind in (INCOMING, OUTGOING)
}
_REQUIRED = frozenset({"type", "name", "enabled", "username", "channel", "scriptEnabled", "event", "urls"})


@dataclass(frozen=True, slots=True)
class State:
    """`settings` as a server keeps them: without null and without false where that is what is assumed."""

    script: str
    settings: JsonObject

    @property
    def digest(self) -> str:
        text = json_text([self.script, dict(sorted(self.settings.items()))])
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]

    def changes_to(self, other: "State") -> list[str]:
        """A diff for a person, `[]` where both are the same; a token is not shown."""
        kept, wanted = dict(self.settings), dict(other.settings)
        said = ["The token changes."] if kept.pop("token", None) != wanted.pop("token", None) else []
        settings = value_diff(dict(sorted(kept.items())), dict(sorted(wanted.items())))
        return [*said, *settings, *text_diff(self.script, other.script, name=SCRIPT)]


@dataclass(frozen=True, slots=True)
class Project:
    """`written` are the values of integration.toml as they stand there."""

    folder: Path
    state: State
    written: JsonObject

    @property
    def id(self) -> str | None:
        return _text(self.written.get(ID))

    @property
    def seen_at(self) -> str | None:
        return _text(self.written.get(SEEN_AT))

    @property
    def edited(self) -> bool:
        """Since both sides were the same; also where that is not known."""
        return self.written.get(DIGEST) != self.state.digest

    def body(self) -> JsonObject:
        """What create takes."""
        return {**self.record(), "script": self.state.script}

    def record(self) -> JsonObject:
        """As integration.toml says it."""
        return {key: _shown(key, value) for key, value in self.state.settings.items()}

    def update(self, id: str, record: JsonObject) -> JsonObject:
        """What update takes: also which settings of the record are to go."""
        kind = OUTGOING if is_outgoing(self.state.settings) else INCOMING
        gone = (_SETTINGS[kind] & record.keys()) - self.state.settings.keys() - _REQUIRED - {"token"}
        return {**self.body(), **dict.fromkeys(gone), "integrationId": id}


def read_project(folder: Path) -> Project:
    """Raises FixtureError."""
    folder = path_of(folder)
    file = folder / NAME
    if not file.exists():
        raise FixtureError(
            file, "is not there; make a folder with `hookcell new`, or take one: `hookcell pull --adopt`"
        )
    written = read_integration(file)
    own = {key: value for key, value in written.items() if not key.startswith("_")}
    _check_keys(own, file)
    script = read_source(folder / SCRIPT)
    try:
        request = read_create(own, strict=False)
        targets = (incoming_targets if isinstance(request, IncomingCreate) else outgoing_targets)(request.channel)
    except (ClientError, ValueError) as error:
        raise FixtureError(file, f"is no integration: {error}") from None
    settings = {**request.fields(), "channel": [str(target) for target in targets]}
    return Project(folder, State(script, _as_kept(settings)), written)


def _check_keys(own: JsonObject, file: Path) -> None:
    """The server's own words do not name, of some, what is missing."""
    known = _SETTINGS[OUTGOING if is_outgoing(own) else INCOMING]
    if missing := sorted((_REQUIRED & known) - own.keys()):
        raise FixtureError(file, f"needs {', '.join(missing)}")


def state_of(record: JsonObject) -> State:
    """How a server has it."""
    kind = OUTGOING if is_outgoing(record) else INCOMING
    settings = {key: value for key, value in record.items() if key in _SETTINGS[kind]}
    if kind == INCOMING:
        settings.pop("token", None)
    return State(plain_ends(str(record.get("script") or "")), _as_kept(settings))


def same_token(mine: State, server: State) -> State:
    """The server's, where the folder says nothing of a token."""
    if "token" in mine.settings:
        return server
    return State(server.script, {key: value for key, value in server.settings.items() if key != "token"})


def remember(project: Project, record: JsonObject) -> None:
    """After a push: both sides are the same now. Raises FixtureError."""
    seen: JsonObject = {ID: record[ID], SEEN_AT: record[SEEN_AT], DIGEST: project.state.digest}
    file = project.folder / NAME
    _write(file, edited(read_text(file), seen, file, note=NOTE))


def take(folder: Path, record: JsonObject, project: Project | None) -> None:
    """Writes script.py and integration.toml as the server has them. Raises FixtureError."""
    state = state_of(record)
    if project is None or "token" not in project.written:
        # it is a secret of the server's, and update keeps it
        state = State(state.script, {key: value for key, value in state.settings.items() if key != "token"})
    file = folder / NAME
    seen: JsonObject = {ID: record[ID], SEEN_AT: record[SEEN_AT], DIGEST: state.digest}
    if project is None:
        lines = [f"{key} = {toml(_shown(key, value))}" for key, value in state.settings.items()]
        text = edited("\n".join(lines) + "\n", seen, file, note=NOTE)
    else:
        before = project.state.settings
        gone: JsonObject = {key: None for key in before if key not in state.settings}
        # what says the same in other words stays
        new = {key: _shown(key, value) for key, value in state.settings.items() if before.get(key) != value}
        text = edited(read_text(file), {**gone, **new, **seen}, file, note=NOTE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FixtureError(folder, f"cannot be made: {error.strerror}") from None
    if project is None and not (folder / GIT_IGNORES).exists():
        _write(folder / GIT_IGNORES, IGNORED)
    _write(folder / SCRIPT, state.script)
    _write(file, text)


def _as_kept(settings: JsonObject) -> JsonObject:
    assumed_off = ("overrideDestinationChannelEnabled", "triggerWordAnywhere", "runOnEdits", "impersonateUser")
    kept: JsonObject = {key: value for key, value in settings.items() if value is not None}
    for key in (*assumed_off, "retryFailedCalls"):
        if kept.get(key) is False:
            del kept[key]
    if kept.get("retryFailedCalls"):
        kept = {"retryCount": DEFAULT_RETRY_COUNT, "retryDelay": DEFAULT_RETRY_DELAY, **kept}
    else:
        # nothing follows from them
        kept = {key: value for key, value in kept.items() if key not in ("retryCount", "retryDelay")}
    for key in ("triggerWords", "hookcell"):
        if not kept.get(key):
            kept.pop(key, None)
    return kept


def _shown(key: str, value: JsonValue) -> JsonValue:
    """As `hookcell new` writes it."""
    return ", ".join(cast(list[str], value)) if key == "channel" else value


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and value else None


def _write(file: Path, text: str) -> None:
    """Whole or not at all."""
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_bytes(text.encode())
        if file.exists():
            part.chmod(file.stat().st_mode & 0o777)
        part.replace(file)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise FixtureError(file, f"cannot be written: {error.strerror}") from None
    except UnicodeEncodeError as error:
        raise FixtureError(file, f"cannot be written: character {error.start} is half of one") from None
