"""Each payload of an integration's folder as a test: what comes of it is what expected/ says."""

from collections.abc import Iterator

import pytest

from engine.devtools.files import FixtureError
from engine.devtools.fixtures import Fixture, read_folder
from engine.devtools.pytest_sandbox import Opened, sandbox_of
from engine.devtools.sandboxed import NotRunnable
from engine.devtools.suite import differences
from engine.errors import HookcellError


class Differs(Exception):
    """A payload came to something else than expected; told without a traceback of ours."""


class IntegrationFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        try:
            example, broken = read_folder(self.path.parent)
        except FixtureError as error:
            raise self.CollectError(str(error)) from None
        for fixture in example.fixtures:
            item: PayloadItem = PayloadItem.from_parent(self, name=fixture.name, fixture=fixture)
            yield item
        for name, why in broken.items():
            item = PayloadItem.from_parent(self, name=name, fixture=why)
            yield item


class PayloadItem(pytest.Item):
    def __init__(self, *, fixture: Fixture | FixtureError, **attributes: object) -> None:
        super().__init__(**attributes)  # type: ignore[arg-type]
        self.fixture = fixture

    def runtest(self) -> None:
        if isinstance(self.fixture, FixtureError):
            raise self.fixture
        opened: Opened = sandbox_of(self.config).open(self.path.parent)
        if self.fixture.expected is None:
            raise Differs(f"expected/{self.name}.json is not there; hookcell test --update writes it")
        ran = opened.run(self.fixture)
        outcome = ran.outcome(outgoing=opened.example.outgoing)
        if found := differences(opened.subject, self.fixture, ran, outcome):
            raise Differs("\n".join(found))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        if isinstance(excinfo.value, NotRunnable):
            return "\n".join(excinfo.value.lines)
        if isinstance(excinfo.value, Differs | FixtureError | HookcellError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[object, int | None, str]:  # type: ignore[override]
        return self.path, None, f"{self.path.parent.name}: {self.name}"
