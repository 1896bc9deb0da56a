from collections.abc import Iterator

import pytest
import structlog

from tests.api.servers import Running, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all tests of a file: each makes its own users and rooms."""
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(scope="session", autouse=True)
def quiet_logs() -> None:
    """The server's thread would print between the tests; what is logged is seen by `capture_logs`."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
