"""Column types that the two databases spell differently, for the schema and for its revisions."""

from sqlalchemy import BigInteger, Integer
from sqlalchemy import String as AnyString
from sqlalchemy import Text as AnyText

# SQLite gives rowids only to INTEGER, PostgreSQL wants the width.
Sequence64 = BigInteger().with_variant(Integer, "sqlite")
# Text is compared and sorted by its bytes, as SQLite does it, whatever the language of a PostgreSQL database is.
String = AnyString().with_variant(AnyString(collation="C"), "postgresql")
Text = AnyText().with_variant(AnyText(collation="C"), "postgresql")
