"""What the routes need of the running engine: the engine itself."""

from engine.runtime import Engine

__all__ = ["Engine"]
