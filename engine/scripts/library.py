"""What a script can import and call, for those who complete, check and describe it."""

from functools import cache


@cache
def library_table() -> dict[str, tuple[str, ...]]:
    """Each module that scripts can import with its names."""
    from sandbox.library import library_table

    return library_table()


@cache
def builtin_names() -> tuple[str, ...]:
    from sandbox.library.builtins import BUILTINS

    return tuple(name for name in BUILTINS if not name.startswith("_"))
