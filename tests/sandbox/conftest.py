from collections.abc import Iterator

import pytest

from tests.sandbox.cells import Cells, started


@pytest.fixture(scope="module")
def cells() -> Iterator[Cells]:
    with started() as running:
        yield running
