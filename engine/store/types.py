"""Column types that the two databases spell differently, for the schema and for its revisions."""

from typing import Any

from sqlalchemy import BigInteger, Integer
from sqlalchemy import String as AnyString
from sqlalchemy import Text as AnyText
from sqlalchemy.ext.compiler import compiles

# SQLite gives rowids only to INTEGER, PostgreSQL wants the width.
Sequence64 = BigInteger().with_variant(Integer, "sqlite")


class _StringByBytes(AnyString):
    """Compared and sorted by its bytes, as SQLite does it, whatever the language of a PostgreSQL database is."""


class _TextByBytes(AnyText):
    """The same without a length."""


@compiles(_StringByBytes, "postgresql")
@compiles(_TextByBytes, "postgresql")
def _by_bytes(type: AnyString, compiler: Any, **context: Any) -> str:
    name = "TEXT" if isinstance(type, AnyText) else "VARCHAR"
    # of a column only: a cast of a value has no place for it
    return f'{name} COLLATE "C"' if context.get("type_expression") is not None else name


String = _StringByBytes()
Text = _TextByBytes()
