import inspect
from types import ModuleType

import httpcore2
import httpx2
import pytest

from engine.http.errors import KINDS, translated


def exceptions(module: ModuleType) -> list[type[Exception]]:
    return [value for value in vars(module).values() if inspect.isclass(value) and issubclass(value, Exception)]


@pytest.mark.parametrize("error", [*exceptions(httpcore2), *exceptions(httpx2)], ids=str)
def test_every_exception_of_the_libraries_has_a_kind(error: type[Exception]) -> None:
    translation = translated(error.__new__(error), "http://example.com:80")
    assert translation.kind in KINDS
    assert translation.message and translation.setting is None


def test_an_exception_of_nobody_is_not_hidden() -> None:
    with pytest.raises(KeyError):
        translated(ZeroDivisionError(), "http://example.com:80")


def test_what_a_peer_sent_is_cut_in_a_message() -> None:
    assert len(translated(httpcore2.RemoteProtocolError("x" * 10_000), "http://example.com:80").message) < 300
