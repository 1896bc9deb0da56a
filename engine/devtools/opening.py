"""The scripts and payloads that the author's commands name, opened."""

from pathlib import Path

from engine.devtools.files import FixtureError, path_of
from engine.devtools.fixtures import COMPANIONS, Fixture, read_fixture
from engine.devtools.integration_file import is_outgoing
from engine.devtools.integration_file import read_script as read_script
from engine.devtools.sandboxed import NotRunnable as NotRunnable
from engine.devtools.sandboxed import local_scripts as local_scripts
from engine.devtools.subjects import Subject, integration_of, places_of
from engine.model.json import JsonObject
from engine.scripts import HOOKS, HOOKS_OF, Kind, SavedScript, Script, Scripts

NAMES_SHOWN = 10


def read_payload(file: Path) -> Fixture:
    """The payload with what stands beside it. Raises FixtureError, which names what is there when it is not."""
    file = path_of(file)
    if file.is_dir():
        raise FixtureError(file, "is a folder; name a payload in it, as in " + str(file / "push.json"))
    if not file.exists():
        beside = [file.parent, file.parent / "payloads"]
        found = [other for folder in beside if folder.is_dir() for other in sorted(folder.glob("*.json"))]
        names = [str(other) for other in found if not other.name.endswith(COMPANIONS)][:NAMES_SHOWN]
        raise FixtureError(file, "is not there" + (f"; there are {', '.join(names)}" if names else ""))
    return read_fixture(file)


async def open_script(
    scripts: Scripts,
    source: str,
    *,
    file: Path,
    record: JsonObject | None = None,
    hook: str | None = None,
    hookless: bool = False,
) -> Subject:
    """A script that can be run. `record` is its integration.toml; without one its hooks, or `hook`, say its kind.

    `hookless` lets pass a script that has no hook of its kind. Raises NotRunnable, FixtureError for the record,
    Unavailable when no cell is free.
    """
    if hook is not None and hook not in (form.name for form in HOOKS):
        names = [form.name for form in HOOKS]
        raise NotRunnable([f"There is no hook {hook}. Choose {', '.join(names[:-1])} or {names[-1]}."])
    kind = _kind(record, hook)
    saved = await scripts.save(source, kind)
    if record is None and hook is None and saved.code is None and saved.hooks:
        # nothing of an incoming integration, but something of an outgoing one
        kind = "outgoing"
        saved = await scripts.save(source, kind)
    _check(saved, kind, str(file), source, hook, hookless=hookless)
    script = Script(saved.key, 1, source, saved.hooks)
    integration = integration_of(record or {"type": f"webhook-{kind}"}, file.with_name("integration.toml"))
    return Subject(script, integration, places_of(str(file), source), record is not None)


def _kind(record: JsonObject | None, hook: str | None) -> Kind:
    if record is not None:
        return "outgoing" if is_outgoing(record) else "incoming"
    return "outgoing" if hook in HOOKS_OF["outgoing"] else "incoming"


def _check(saved: SavedScript, kind: Kind, file: str, source: str, hook: str | None, *, hookless: bool) -> None:
    """Raises NotRunnable."""
    if saved.error is not None:
        if saved.error["name"] != "MissingHook":
            raise NotRunnable(places_of(file, source).error(saved.error))
        if not hookless:
            raise NotRunnable([f"{file}: {saved.error['message']}"])
    if hook is None:
        return
    if hook not in HOOKS_OF[kind]:
        raise NotRunnable([f"{file}: integration.toml makes it {kind}, which never calls {hook}; leave --hook out."])
    if hook not in saved.hooks:
        raise NotRunnable([f"{file} has no {hook}; it defines {', '.join(saved.hooks)}."])
