"""Fixtures of every package of tests."""

from tests.dialects import dialect

__all__ = ["dialect"]
