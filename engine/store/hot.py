"""Statements on the hottest paths: built from Core once for each dialect, then run as plain strings.

Values go to the driver as they are and come back as it gives them: JSON is passed as text, and only numbers, text and
bytes are read. What needs SQLAlchemy's types uses Core itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, CursorResult
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ClauseElement

Build = Callable[[Connection], Executable]


@dataclass(frozen=True, slots=True)
class _Text:
    sql: str
    # of a dialect with positional parameters, their names in order
    names: tuple[str, ...] | None
    constants: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hot:
    """`columns` are those an insert or update gives values to, by keyword, when it is run."""

    build: Build
    columns: tuple[str, ...] | None = None
    _texts: dict[str, _Text] = field(default_factory=dict)

    def run(self, connection: Connection, **values: Any) -> CursorResult[Any]:
        text = self._text(connection)
        return connection.exec_driver_sql(text.sql, _ordered(text, values))

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            text = self._text(connection)
            connection.exec_driver_sql(text.sql, [_ordered(text, row) for row in rows])

    def _text(self, connection: Connection) -> _Text:
        text = self._texts.get(connection.dialect.name)
        if text is None:
            statement = self.build(connection)
            assert isinstance(statement, ClauseElement)
            keys = None if self.columns is None else list(self.columns)
            compiled: Any = statement.compile(dialect=connection.dialect, column_keys=keys)
            names = tuple(compiled.positiontup) if compiled.positional else None
            constants = {name: value for name, value in compiled.params.items() if value is not None}
            text = self._texts[connection.dialect.name] = _Text(compiled.string, names, constants)
        return text


def _ordered(text: _Text, values: Mapping[str, Any]) -> Any:
    if text.names is None:
        return {**text.constants, **values}
    return tuple(values[name] if name in values else text.constants[name] for name in text.names)
