"""Secrets in the author's terminal: of the payload's meta, of the environment, of secrets.toml beside the script.

    jira = "value"                                                           secrets.toml, for its owner only (600)
    [github]
    value = "value"
    hosts = ["api.github.com"]

The environment has HOOKCELL_SECRET_<NAME>, the name in capitals, with `_` for what is no letter or digit. A secret
without hosts may be referred to and is sent nowhere: that is enough for answers that are recorded.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.devtools.files import FixtureError, Table, read_toml
from engine.redaction import Scrubber
from engine.secrets import USES, Known, Secret, SecretRules, checked_rules

FILE_NAME = "secrets.toml"
PREFIX = "HOOKCELL_SECRET_"

_UNSAID = SecretRules((), USES)


class LocalSecrets(Mapping[str, Secret]):
    """Looked for in the payload's meta first, then in the environment, then in the file."""

    def __init__(self, meta: Mapping[str, str], environment: Mapping[str, str], file: Mapping[str, Secret]) -> None:
        self._meta = meta
        self._environment = {name: value for name, value in environment.items() if name.startswith(PREFIX) and value}
        self._file = file

    def __getitem__(self, name: str) -> Secret:
        variable = PREFIX + re.sub(r"[^A-Z0-9]", "_", name.upper())
        value = self._meta.get(name) or self._environment.get(variable)
        if value is None:
            return self._file[name]
        return Secret(name, value, self._file[name].rules if name in self._file else _UNSAID)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._meta, *self._file]))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def known(self) -> Known:
        values = [secret.value for secret in self._file.values() if secret.value is not None]
        return Known(self, Scrubber.of([*self._meta.values(), *self._environment.values(), *values]))


def read_secrets(folder: Path) -> dict[str, Secret]:
    """Of the folder's secrets.toml, where it has one. Raises FixtureError."""
    file = folder / FILE_NAME
    if not file.exists():
        return {}
    if file.stat().st_mode & 0o077:
        raise FixtureError(file, f"may be read by others; run: chmod 600 {file}")
    table = read_toml(file)
    return {name: _secret(table, name) for name in table.values}


def _secret(table: Table, name: str) -> Secret:
    said = table.values[name]
    if isinstance(said, str):
        return Secret(name, said, _UNSAID)
    if not isinstance(said, dict):
        raise table.wrong(f"{name} must be text, or a table with value, hosts and uses")
    own = Table(table.file, said).only(("value", "hosts", "uses"))
    value = own.text("value", "")
    uses = _texts(own, "uses") if "uses" in own.values else None
    try:
        return Secret(name, value, checked_rules(name, value, _texts(own, "hosts"), uses))
    except ValueError as error:
        raise own.wrong(f"{name}: {error}") from None


def _texts(table: Table, key: str) -> list[str]:
    values = table.values.get(key, [])
    texts = [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
    if texts != values:
        raise table.wrong(f"{key} must be a list of texts")
    return texts
