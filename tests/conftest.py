"""Fixtures of every package of tests."""

from tests.dialects import dialect, elsewhere

__all__ = ["dialect", "elsewhere"]
