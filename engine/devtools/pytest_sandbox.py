"""The one sandbox of a pytest session: started by the first test that needs it, ended with the session."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.devtools.background import Background
from engine.devtools.fixtures import Example, Fixture, read_folder
from engine.devtools.local_services import LocalHost
from engine.devtools.ran import Ran
from engine.devtools.subjects import Subject
from engine.devtools.suite import open_example, run_fixture
from engine.errors import CannotStart


@dataclass(frozen=True, slots=True)
class Opened:
    """An integration whose script is compiled."""

    sandbox: "Sandbox"
    example: Example
    subject: Subject

    def run(self, fixture: Fixture, host: LocalHost | None = None) -> Ran:
        """Raises FixtureError, Unavailable."""
        sandbox = self.sandbox
        work = run_fixture(sandbox.scripts, self.example.folder, self.subject, fixture, host)
        return sandbox.background.do(work)


class Sandbox:
    def __init__(self) -> None:
        self.background = Background()
        self.scripts = self.background.start()
        self._opened: dict[Path, Opened] = {}

    def open(self, folder: Path) -> Opened:
        """Raises FixtureError, NotRunnable, Unavailable."""
        if folder not in self._opened:
            example, _ = read_folder(folder)
            subject = self.background.do(open_example(self.scripts, example))
            self._opened[folder] = Opened(self, example, subject)
        return self._opened[folder]


_KEY = pytest.StashKey[Sandbox | CannotStart]()


def sandbox_of(config: pytest.Config) -> Sandbox:
    """Raises CannotStart, each time for the same reason."""
    if _KEY not in config.stash:
        try:
            sandbox = Sandbox()
        except CannotStart as error:
            config.stash[_KEY] = error
        else:
            config.stash[_KEY] = sandbox
            config.add_cleanup(sandbox.background.close)
    found = config.stash[_KEY]
    if isinstance(found, CannotStart):
        raise found
    return found
