import inspect
from collections.abc import Callable
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


@pytest.mark.parametrize("quoted", [repr, lambda sent: repr(bytearray(sent))])
def test_what_a_peer_sent_is_quoted_as_text(quoted: Callable[[bytes], str]) -> None:
    said = httpcore2.RemoteProtocolError("illegal status line: " + quoted("SSH-2.0 é'\"\\".encode()))
    assert translated(said, "h").message == "what h sent is not HTTP: illegal status line: SSH-2.0 é'\"\\"


@pytest.mark.parametrize("said", [repr(b"x" * 190 + b" the value of a secret"), r"b'\xzz'"])
def test_of_what_is_too_long_or_no_quotation_nothing_is_quoted(said: str) -> None:
    shown = translated(httpcore2.RemoteProtocolError(f"illegal status line: {said}"), "h").message
    assert shown == "what h sent is not HTTP: illegal status line: ..."
