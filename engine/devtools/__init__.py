"""What an author of scripts uses, without an HTTP server in it.

The names are looked up on first use: a command, and pytest, load only what they need.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.devtools.differences import compare
    from engine.devtools.files import FixtureError
    from engine.devtools.fixtures import Example, Fixture, FixtureMeta, FixtureResponse, read_example, read_fixture

_HOME = {
    "Example": "fixtures",
    "Fixture": "fixtures",
    "FixtureError": "files",
    "FixtureMeta": "fixtures",
    "FixtureResponse": "fixtures",
    "compare": "differences",
    "read_example": "fixtures",
    "read_fixture": "fixtures",
}

__all__ = [
    "Example",
    "Fixture",
    "FixtureError",
    "FixtureMeta",
    "FixtureResponse",
    "compare",
    "read_example",
    "read_fixture",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(name)
    import importlib

    return getattr(importlib.import_module(f"engine.devtools.{_HOME[name]}"), name)
