"""Fixtures of every package of tests, which know nothing of a server that whoever runs them works with."""

import os

from tests.dialects import dialect, elsewhere

__all__ = ["dialect", "elsewhere"]

# before any module reads them: a login, a database or a rule of a shell is not the tests'
for name in [name for name in os.environ if name.startswith("HOOKCELL_") and not name.startswith("HOOKCELL_TEST_")]:
    del os.environ[name]
