import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def keeps_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is: between two requests of a test no connection is closed for being idle."""
    monkeypatch.setattr("engine.http.pools.KEEP_IDLE", 60)
