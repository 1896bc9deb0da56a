"""Core statements for the hot paths, compiled once a dialect and then run as plain strings.

Building and looking up a Core statement costs several times what a database needs to run it. A `Statement` is written
in Core as any other, with `bindparam` for what varies, and is one object for the life of the process.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update

Processor = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    string: str
    # in the order of the string's marks; None where the dialect's marks have names
    order: tuple[str, ...] | None
    fixed: dict[str, object]
    varying: frozenset[str]
    binds: Mapping[str, Processor]
    results: tuple[Processor | None, ...]

    def parameters(self, values: dict[str, object]) -> tuple[object, ...] | dict[str, object]:
        if values.keys() != self.varying:
            raise TypeError(f"{self.string!r} takes {sorted(self.varying)}, not {sorted(values)}")
        values = self.fixed | values
        for name, processor in self.binds.items():
            values[name] = processor(values[name])
        return values if self.order is None else tuple([values[name] for name in self.order])


class Statement:
    """`statement` has a `bindparam` of its own for each value that varies, and no `IN` over a list of values.

    Values are given by the names of those parameters, and converted both ways as Core does it (JSON, booleans).
    """

    def __init__(self, statement: Select[Any] | Insert | Update | Delete) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, /, **values: object) -> int:
        """The number of rows inserted, updated or deleted."""
        compiled = self._for(connection.dialect)
        return int(_execute(connection, compiled.string, compiled.parameters(values)).rowcount)

    def run_many(self, connection: Connection, /, rows: Sequence[dict[str, object]]) -> None:
        """The same statement once for each of `rows`, which may be empty."""
        if rows:
            compiled = self._for(connection.dialect)
            for row in rows:
                _execute(connection, compiled.string, compiled.parameters(row))

    def rows(self, connection: Connection, /, **values: object) -> list[tuple[Any, ...]]:
        """All rows of a SELECT or of a RETURNING."""
        compiled = self._for(connection.dialect)
        rows = _execute(connection, compiled.string, compiled.parameters(values)).fetchall()
        if not any(compiled.results):
            return [tuple(row) for row in rows]
        return [
            tuple([value if make is None else make(value) for make, value in zip(compiled.results, row, strict=True)])
            for row in rows
        ]

    def row(self, connection: Connection, /, **values: object) -> tuple[Any, ...] | None:
        """The first row, or None."""
        rows = self.rows(connection, **values)
        return rows[0] if rows else None

    def _for(self, dialect: Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            # two threads that both compile make the same thing
            compiled = self._compiled[dialect.name] = _compile(self._statement, dialect)
        return compiled


def _execute(connection: Connection, string: str, parameters: Any) -> Any:
    """By the driver itself, in SQLAlchemy's transaction all the same; a cursor."""
    if not connection.in_transaction():
        connection.begin()
    raw: Any = connection.connection.driver_connection
    return raw.execute(string, parameters)


def _compile(statement: Select[Any] | Insert | Update | Delete, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    if compiled.post_compile_params - compiled.literal_execute_params:
        raise TypeError(f"{compiled} has a list of values, which cannot be compiled once")
    binds = {}
    for name, parameter in compiled.binds.items():
        processor = parameter.type.dialect_impl(dialect).bind_processor(dialect)
        if processor is not None:
            binds[name] = processor
    varying = frozenset(name for name, parameter in compiled.binds.items() if parameter.required)
    return _Compiled(
        string=compiled.string,
        order=None if compiled.positiontup is None else tuple(compiled.positiontup),
        fixed={name: value for name, value in compiled.params.items() if name not in varying},
        varying=varying,
        binds=binds,
        results=tuple(
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in statement.exported_columns
        ),
    )
