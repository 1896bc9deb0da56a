from tests.engine.devtools.conftest import local

__all__ = ["local"]
