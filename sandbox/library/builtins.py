"""The builtins of a script: Python's own where they reach nothing but their arguments, else ours.

One dict serves all calls: a script can neither name it nor write to it.
"""

import builtins
from typing import Any, Final

from sandbox import guards
from sandbox.library import arithmetic, formatting, state
from sandbox.library.facade import name_functions
from sandbox.library.imports import script_import

_PLAIN: Final = (
    "abs all any ascii bin bool bytearray bytes callable chr classmethod complex dict divmod enumerate filter float "
    "frozenset hash hex int isinstance issubclass iter len list map max min next object oct ord property range repr "
    "reversed round set slice sorted staticmethod str sum super tuple zip Ellipsis NotImplemented"
).split()

_NOT_ORDINARY: Final = {"BaseException", "BaseExceptionGroup", "ExceptionGroup", "KeyboardInterrupt", "SystemExit"} | {
    "GeneratorExit"
}


def script_print(
    *values: object, sep: str | None = " ", end: str | None = "\n", file: Any = None, flush: bool = False
) -> None:
    """The builtin `print`: to the call's log, or to a StringIO."""
    for name, text in (("sep", sep), ("end", end)):
        if text is not None and not isinstance(text, str):
            raise TypeError(f"{name} must be None or a string, not {type(text).__name__}")
    text = (" " if sep is None else sep).join(map(str, values)) + ("\n" if end is None else end)
    if file is None:
        state.call.write_log(text)
    else:
        file.write(text)


def ordinary_exceptions() -> dict[str, type[Exception]]:
    return {
        name: kind
        for name, kind in vars(builtins).items()
        if isinstance(kind, type) and issubclass(kind, Exception) and name not in _NOT_ORDINARY
    }


BUILTINS: Final[dict[str, Any]] = {
    **{name: getattr(builtins, name) for name in _PLAIN},
    **ordinary_exceptions(),
    "format": formatting.script_format,
    "getattr": guards.script_getattr,
    "hasattr": guards.script_hasattr,
    "pow": arithmetic.script_pow,
    "print": script_print,
    "__build_class__": guards.guarded_build_class,
    "__import__": script_import,
    "_getattr_": guards.guarded_attribute,
    "_write_": guards.guarded_write,
    "_inplacevar_": arithmetic.guarded_inplace,
    "_mul_": arithmetic.guarded_mul,
    "_pow_": arithmetic.guarded_pow,
    "_mod_": arithmetic.guarded_mod,
    "_lshift_": arithmetic.guarded_lshift,
    "_format_": formatting.guarded_format,
    "_augment_item_": arithmetic.augment_item,
    "_augment_attribute_": arithmetic.augment_attribute,
    "_super_": guards.guarded_super,
    "_super_method_": guards.guarded_super_method,
    "_slice_": slice,
    "_Exception_": Exception,
}

name_functions({name: value for name, value in BUILTINS.items() if not name.startswith("_")})
name_functions({"super": guards.guarded_super})
