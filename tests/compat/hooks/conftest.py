from collections.abc import Iterator

import pytest

from tests.api.conftest import quiet_logs
from tests.api.servers import Running, running

__all__ = ["quiet_logs"]


@pytest.fixture(scope="package", params=["default", "strict"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Each fact is looked at twice: as hookcell is, and under HOOKCELL_STRICT_COMPAT."""
    strict = request.param == "strict"
    with running(tmp_path_factory.mktemp("server"), strict_compat=strict, rate_limit="off") as started:
        yield started
