"""Fixtures of every package of tests, which know nothing of a server that whoever runs them works with."""

import os

from hypothesis import HealthCheck, settings

from tests.dialects import dialect, elsewhere

__all__ = ["dialect", "elsewhere"]

# The same examples each time, however long a loaded machine takes for one: --hypothesis-profile=default looks for others.
settings.register_profile("repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")

# before any module reads them: a login, a database or a rule of a shell is not the tests'
for name in [name for name in os.environ if name.startswith("HOOKCELL_") and not name.startswith("HOOKCELL_TEST_")]:
    del os.environ[name]
