"""The entry point for pytest: tests of scripts, in the real sandbox, in an author's own repository.

It does nothing until it is asked: by a folder with a hookcell integration.toml and payloads/, whose payloads become
tests, or by a test that is in such a folder, or under it, or that is marked with one:

    @pytest.mark.hookcell("integrations/deploys", payloads=["push"])

Such tests have the fixtures of pytest_fixtures.py. All else is imported only then: pytest must not start slower
because hookcell is installed, and a repository may have a package `engine` of its own. For its sake the wheel has this
file as hookcell_pytest, and it imports nothing of ours by itself.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

MARK = "hookcell"
SETTINGS = "integration.toml"
FIXTURES = "hookcell-fixtures"
MOST_SETTINGS = 64 * 1024
PACKAGES = ("engine", "sandbox")


class Hidden(Exception):
    """Another package of the same name stands before one of hookcell's."""


class HiddenFile(pytest.File):
    """An integration's folder whose payloads cannot be run."""

    def __init__(self, *, why: str, **attributes: Any) -> None:
        super().__init__(**attributes)
        self._why = why

    def collect(self) -> Iterator[pytest.Item]:
        raise self.CollectError(self._why)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{MARK}(folder, payloads=None): the integration whose script the fixtures `hook`, `payload` and "
        "`recorded_http` are of, its path from the file of the test or from rootdir.",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """An integration's folder is collected by its integration.toml."""
    if file_path.name != SETTINGS or not is_integration(file_path.parent):
        return None
    try:
        kind = _ours("pytest_items").IntegrationFile
    except Hidden as hidden:
        return HiddenFile.from_parent(parent, path=file_path, why=str(hidden))
    collector: pytest.Collector = kind.from_parent(parent, path=file_path)
    return collector


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> None:
    """The fixtures are there from the first test on that asks for them, before its arguments are looked at."""
    manager = collector.config.pluginmanager
    if manager.has_plugin(FIXTURES) or not (_is_marked(collector, obj) or folder_above(collector.path) is not None):
        return
    try:
        manager.register(_ours("pytest_fixtures"), FIXTURES)
    except Hidden as hidden:
        raise collector.CollectError(str(hidden)) from None


def folder_above(path: Path) -> Path | None:
    """The nearest folder of an integration that the file is in."""
    return next((folder for folder in path.parents if is_integration(folder)), None)


def is_integration(folder: Path) -> bool:
    """Told by its text: whether it is a right one is for those who read it."""
    file = folder / SETTINGS
    try:
        if not file.is_file():
            return False
        with file.open("rb") as settings:
            text = settings.read(MOST_SETTINGS)
    except OSError:
        return False
    return b"webhook-" in text and (folder / "payloads").is_dir()


def _is_marked(collector: pytest.Collector, obj: object) -> bool:
    own: Any = getattr(obj, "pytestmark", [])
    marks = own if isinstance(own, list) else [own]
    return any(getattr(mark, "name", "") == MARK for mark in marks) or collector.get_closest_marker(MARK) is not None


def _ours(name: str) -> ModuleType:
    """Raises Hidden."""
    try:
        return import_module(f"engine.devtools.{name}")
    except ImportError as error:
        package = (error.name or "").partition(".")[0]
        if package not in PACKAGES:
            raise
        where = next(iter(getattr(import_module(package), "__path__", ())), package)
        instead = "run `pytest`, not `python -m pytest`, or give yours another name"
        raise Hidden(f"{where} hides hookcell's package {package}: {instead}") from None
