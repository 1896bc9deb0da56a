import asyncio
import socket
import threading
from collections.abc import Iterator

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


class Names:
    """The machine's resolver where everything below silent.example waits until it is told; `asked` are all names."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer = threading.Event()

    def __call__(self, host: str, port: None, *, type: int) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        self.asked.append(host)
        if host.endswith("silent.example"):
            self.answer.wait(20)
        return [(socket.AF_INET, type, 6, "", ("192.0.2.1", 0))]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    found = Names()
    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr("engine.http.resolver.MAX_THREADS", 4)
    monkeypatch.setattr("engine.http.resolver.RESERVE", 2)
    yield found
    found.answer.set()


async def begun(names: Names, number: int) -> None:
    async with asyncio.timeout(20):
        while len(names.asked) < number:
            await asyncio.sleep(0.001)


async def test_a_domain_whose_name_servers_are_silent_keeps_no_other_waiting(names: Names) -> None:
    resolver = SystemResolver()
    silent = [asyncio.create_task(resolver.resolve(f"{n}.silent.example")) for n in range(10)]
    await begun(names, 2)
    other = asyncio.create_task(resolver.resolve("a.silent.example.net"))
    assert await asyncio.wait_for(other, 20) == ["192.0.2.1"]
    assert names.asked == ["0.silent.example", "1.silent.example", "a.silent.example.net"]
    names.answer.set()
    assert await asyncio.wait_for(asyncio.gather(*silent), 20) == [["192.0.2.1"]] * 10


async def test_a_name_that_nobody_waits_for_any_more_is_not_looked_up(names: Names) -> None:
    resolver = SystemResolver()
    silent = [asyncio.create_task(resolver.resolve(f"{n}.silent.example")) for n in range(5)]
    await begun(names, 2)
    for task in silent[2:]:
        task.cancel()
    await asyncio.gather(*silent[2:], return_exceptions=True)
    # asked for again while what was given up is still ending
    again = asyncio.create_task(resolver.resolve("2.silent.example"))
    await asyncio.sleep(0.01)
    names.answer.set()
    assert await asyncio.wait_for(again, 20) == ["192.0.2.1"]
    await asyncio.gather(*silent[:2])
    assert sorted(names.asked) == ["0.silent.example", "1.silent.example", "2.silent.example"]


async def test_where_the_system_has_no_thread_a_name_cannot_be_looked_up_and_the_next_one_can(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    resolver = SystemResolver()
    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", start)
        for number in range(5):
            with pytest.raises(OSError, match="can't start new thread"):
                await resolver.resolve(f"{number}.example")
    assert await asyncio.wait_for(resolver.resolve("0.example"), 20) == ["192.0.2.1"]
