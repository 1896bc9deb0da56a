from collections.abc import Iterator

import pytest

from tests.engine.devtools.local import Local, started


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    with started() as local:
        yield local
