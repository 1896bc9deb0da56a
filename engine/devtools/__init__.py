"""What an author of scripts uses, without an HTTP server in it."""

from engine.devtools.differences import compare
from engine.devtools.files import FixtureError
from engine.devtools.fixtures import Example, Fixture, FixtureMeta, FixtureResponse, read_example, read_fixture

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
