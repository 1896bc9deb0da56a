"""integration.toml: the fields of integrations.create, without `script`, beside the script they are of."""

from pathlib import Path

from engine.devtools.files import FixtureError, path_of, read_source, read_toml
from engine.model.json import JsonObject

NAME = "integration.toml"
# and what git is to leave alone beside it
GIT_IGNORES, IGNORED = ".gitignore", "secrets.toml\n"

# what a person decides of either kind; a script's engine and the like are the server's own
_BOTH = frozenset(
    "type name enabled username channel alias avatar emoji scriptEnabled hookcell scriptEngine skipTranspile".split()
)
_INCOMING = frozenset({"overrideDestinationChannelEnabled"})
_OUTGOING = frozenset(
    "event impersonateUser retryCount retryDelay retryFailedCalls runOnEdits targetRoom token triggerWordAnywhere "
    "triggerWords urls".split()
)
SERVERS_OWN = frozenset({"scriptEngine", "skipTranspile"})


def read_integration(file: Path) -> JsonObject:
    """Raises FixtureError."""
    table = read_toml(file)
    kind = table.text("type", "")
    if "webhook-incoming" not in kind and "webhook-outgoing" not in kind:
        raise table.wrong('needs type = "webhook-incoming" or type = "webhook-outgoing"')
    if "script" in table.values:
        raise table.wrong("has a `script`; the script is script.py, remove the key")
    for key, value in table.values.items():
        if isinstance(value, dict) and key != "hookcell":
            raise table.wrong(f"[{key}] is a table; the fields of integrations.create stand in one flat table")
    outgoing = is_outgoing(table.values)
    known = settings_of(outgoing=outgoing)
    # push keeps some of its own
    if unknown := sorted(key for key in table.values if key not in known and not key.startswith("_")):
        kind = "outgoing" if outgoing else "incoming"
        there = ", ".join(sorted(known - SERVERS_OWN))
        raise table.wrong(f"has unknown {', '.join(unknown)}; known of {kind} integrations are {there}")
    return table.values


def settings_of(*, outgoing: bool) -> frozenset[str]:
    return _BOTH | (_OUTGOING if outgoing else _INCOMING)


def is_outgoing(record: JsonObject) -> bool:
    return "webhook-outgoing" in str(record["type"])


def read_script(file: Path) -> tuple[str, JsonObject | None]:
    """The source, and the integration.toml beside it where there is one. Raises FixtureError."""
    file = path_of(file)
    if file.is_dir():
        raise FixtureError(file, "is a folder; name the script in it, as in " + str(file / "script.py"))
    source = read_source(file)
    settings = file.with_name(NAME)
    return source, read_integration(settings) if settings.exists() else None
