from collections.abc import Iterator

import pytest

from tests.api.conftest import quiet_logs
from tests.api.servers import running
from tests.compat.integrations.stage import SETTINGS, Stage, furnished

__all__ = ["quiet_logs"]


@pytest.fixture(scope="package")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A started server for each way it can be started in, with the same people and rooms in it."""
    with running(tmp_path_factory.mktemp("server"), **SETTINGS[request.param]) as server:
        yield furnished(server, request.param)
