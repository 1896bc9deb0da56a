"""`hookcell.types`: a TypedDict for each table of a hook's arguments and results."""

from engine.devtools.hook_fields import OUTGOING_REQUEST, TABLES, Field, Table
from engine.devtools.message_fields import RESULTS

_HEAD = '''"""What hooks are given, and what they may return.

    from __future__ import annotations
    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from hookcell.types import IncomingRequest, IncomingResult

    def process_incoming(request: IncomingRequest) -> IncomingResult: ...
"""

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

Json: TypeAlias = dict[str, Any] | list[Any] | str | int | float | bool | None
'''
_TAIL = """
IncomingResult: TypeAlias = Posted | dict[str, Any] | str | Literal[False] | None
PrepareResult: TypeAlias = OutgoingRequest | Prepared | dict[str, Any] | Literal[False] | None
ResponseResult: TypeAlias = Answered | dict[str, Any] | str | Literal[False] | None
"""
# a hook may put it into the request that it returns
_MESSAGE = Field("message", "NotRequired[Message | dict[str, Any] | str]", "posted before the request is sent")


def types_module() -> str:
    given = [_typed(table, total=True) for table in TABLES]
    returned = [_typed(table, total=False) for table in RESULTS]
    return "\n".join([_HEAD, *returned, *given]) + _TAIL


def _typed(table: Table, *, total: bool) -> str:
    fields = (*table.fields, _MESSAGE) if table is OUTGOING_REQUEST else table.fields
    rows = [f"    {field.name}: {field.type}" + (f'\n    """{field.says}"""' if field.says else "") for field in fields]
    base = "TypedDict" if total else "TypedDict, total=False"
    body = "\n".join(rows)
    return f'class {table.name}({base}):\n    """{table.says}"""\n\n{body}\n'
