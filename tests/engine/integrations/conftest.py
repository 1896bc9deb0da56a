import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.scripts import Scripts
from tests.engine.registries import Desk, compiling, opened_desk


@pytest.fixture(scope="package")
def cells() -> Iterator[tuple[asyncio.Runner, Scripts]]:
    with compiling() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, cells: tuple[asyncio.Runner, Scripts]) -> Iterator[Desk]:
    with opened_desk(tmp_path, *cells) as opened:
        yield opened
