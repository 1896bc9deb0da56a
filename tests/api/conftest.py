from collections.abc import Iterator

import pytest
import structlog

from tests.api.servers import Running, running
from tests.dialects import DEFAULT, kept_in


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all tests of a file: each makes its own users and rooms."""
    data = tmp_path_factory.mktemp("server")
    with kept_in(DEFAULT, data), running(data) as started:
        yield started


@pytest.fixture(autouse=True)
def quiet_logs() -> None:
    """The server's thread would print between the tests; what is logged is seen by `capture_logs`."""
    # a command that a test before ran in this process may have set it up for itself
    structlog.reset_defaults()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
