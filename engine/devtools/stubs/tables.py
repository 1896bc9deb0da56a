"""`hookcell.types`: a TypedDict for each table of a hook's arguments and results."""

from engine.devtools.hook_fields import OUTGOING_REQUEST, TABLES, Field, Table
from engine.devtools.message_fields import MESSAGE, RESULTS, SYNONYMS

_HEAD = '''"""What hooks are given, and what they may return.

    from __future__ import annotations
    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from hookcell.types import IncomingRequest, IncomingResult

    def process_incoming(request: IncomingRequest) -> IncomingResult: ...
"""

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

Json: TypeAlias = dict[str, Any] | list[Any] | tuple[Any, ...] | str | int | float | bool | None
'''
_TAIL = """
# what is returned where it is written: each key is checked
IncomingResult: TypeAlias = Posted | str | Literal[False] | None
PrepareResult: TypeAlias = OutgoingRequest | Prepared | Literal[False] | None
ResponseResult: TypeAlias = Answered | str | Literal[False] | None

# what is put together in variables: a checker takes their dicts for dict[str, ...], and checks no key of them
LooseIncomingResult: TypeAlias = IncomingResult | dict[str, Any]
LoosePrepareResult: TypeAlias = PrepareResult | dict[str, Any]
LooseResponseResult: TypeAlias = ResponseResult | dict[str, Any]
"""
# a hook may put it into the request that it returns
_MESSAGE = Field("message", "NotRequired[Message | str]", "posted before the request is sent")
_BESIDES = {
    OUTGOING_REQUEST.name: (_MESSAGE,),
    MESSAGE.name: tuple(
        Field(name, "str" if same else "Any", f"the same as {same}" if same else "looked at by nobody")
        for name, same in SYNONYMS.items()
    ),
}


def types_module() -> str:
    given = [_typed(table, total=True) for table in TABLES]
    returned = [_typed(table, total=False) for table in RESULTS]
    return "\n".join([_HEAD, *returned, *given]) + _TAIL


def _typed(table: Table, *, total: bool) -> str:
    fields = (*table.fields, *_BESIDES.get(table.name, ()))
    rows = [f"    {field.name}: {field.type}" + (f'\n    """{field.says}"""' if field.says else "") for field in fields]
    base = "TypedDict" if total else "TypedDict, total=False"
    body = "\n".join(rows)
    return f'class {table.name}({base}):\n    """{table.says}"""\n\n{body}\n'
