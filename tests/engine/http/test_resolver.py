import asyncio
import socket
import threading

import pytest

from engine.http.resolver import SystemResolver

pytestmark = pytest.mark.anyio


async def test_the_machines_own_names_are_found() -> None:
    assert set(await SystemResolver().resolve("localhost")) & {"127.0.0.1", "::1"}


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 64 + ".example"])
async def test_a_name_that_is_none_is_an_os_error(host: str) -> None:
    with pytest.raises(OSError):
        await SystemResolver().resolve(host)


async def test_equal_names_share_one_lookup_and_outlive_who_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answer = threading.Event()

    def slow(host: str, port: None, *, type: int) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        asked.append(host)
        answer.wait(5)
        return [(socket.AF_INET, type, 6, "", ("192.0.2.1", 0))] * 2

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    resolver = SystemResolver()
    first, second = (asyncio.create_task(resolver.resolve("slow.example")) for _ in range(2))
    await asyncio.sleep(0.01)
    first.cancel()
    answer.set()
    assert await second == ["192.0.2.1"]
    assert asked == ["slow.example"]


async def test_a_lookup_that_fails_after_everyone_left_is_no_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()

    def slow(host: str, port: None, *, type: int) -> None:
        answer.wait(5)
        raise OSError("nothing")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    resolver = SystemResolver()
    only = asyncio.create_task(resolver.resolve("slow.example"))
    await asyncio.sleep(0.01)
    only.cancel()
    answer.set()
    with pytest.raises(OSError, match="nothing"):
        await resolver.resolve("slow.example")
