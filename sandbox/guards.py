"""What guarded code calls at run time, and the names it may not say.

The compiler refuses a bad attribute name where it is written, so `x.name` with a harmless name stays an ordinary
attribute read; so do items, iteration and calls, which reach nothing that attributes do not. Only what depends on the
object is asked here: the few names of ATTRIBUTE_RULES, names made at run time (`getattr`), writes, and new classes.

Everything raised here is an ordinary exception in the author's words, which a script may catch.
This file is a boundary.
"""

import builtins
import types
import typing
from abc import ABCMeta
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from enum import EnumMeta
from types import BuiltinMethodType, FunctionType, MappingProxyType, MemberDescriptorType
from typing import Any, Final

from sandbox.diagnostics import REFUSED_ATTRIBUTES


class TimeLimit(BaseException):
    """A call has used up its time: raised in the script by the cell's clock; no script can name or catch it."""


# The module that classes and functions of scripts belong to.
SCRIPT_MODULE: Final = "script"

# Attributes of frames, code objects, generators and tracebacks that lead out of the script.
INSPECT_ATTRIBUTES: Final = frozenset(
    "tb_frame tb_next tb_lasti f_back f_builtins f_code f_generator f_globals f_lasti f_lineno f_locals f_trace "
    "f_trace_lines f_trace_opcodes co_code co_consts co_names co_varnames co_freevars co_cellvars co_filename "
    "gi_frame gi_code gi_yieldfrom cr_await cr_frame cr_code cr_origin ag_await ag_frame ag_code".split()
)

# Magic methods that a class may define and `super().` may reach.
MAGIC_METHODS: Final = (
    frozenset(
        "__init__ __post_init__ __str__ __repr__ __format__ __bool__ __len__ __iter__ __next__ "
        "__reversed__ __contains__ __getitem__ __setitem__ __delitem__ __missing__ __call__ __enter__ "
        "__exit__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __int__ __float__ __index__ __round__ "
        "__neg__ __pos__ __abs__ __invert__".split()
    )
    | {
        f"__{prefix}{name}__"
        for prefix in ("", "r", "i")
        for name in "add sub mul truediv floordiv mod pow lshift rshift and or xor matmul".split()
    }
    | {"__divmod__", "__rdivmod__"}
)

AttributeRule = Callable[[object, object], object]


# The rules judge the value that was found rather than the object: generic aliases and super() forward attributes.


def _no_failed_object(obj: object, value: object) -> object:
    descriptor = type(value) is MemberDescriptorType and issubclass(value.__objclass__, (AttributeError, NameError))
    if descriptor or isinstance(obj, (AttributeError, NameError)):
        raise AttributeError("the object an error came from is not available: keep a reference to it yourself")
    return value


def _no_traceback_change(obj: object, value: object) -> object:
    if value is BaseException.with_traceback or isinstance(getattr(value, "__self__", None), BaseException):
        raise AttributeError("with_traceback is not available: write raise error from other")
    return value


def _no_class_order(obj: object, value: object) -> object:
    # Above a script's exception stands BaseException, which catches the clock.
    # Judged by what was found: an alias of typing leads to type.mro itself.
    if value is type.mro or type(value) is BuiltinMethodType and isinstance(value.__self__, type):
        raise AttributeError("mro() is not available: write isinstance(x, Base)")
    return value


def _no_registration(obj: object, value: object) -> object:
    # Every abstract class has one of the library above it, which keeps what its subclasses answered beyond the call.
    if getattr(value, "__func__", value) is ABCMeta.register:
        raise AttributeError(
            "register of an abstract class is not available: inherit from it, or ask isinstance(x, (A, B))"
        )
    return value


def _no_evaluation(obj: object, value: object) -> object:
    if type(obj).__name__ == "ForwardRef":
        raise AttributeError("annotations cannot be evaluated")
    return value


def _no_view(obj: object, value: object) -> object:
    # What a proxy is compared with is given the dict behind it: the one of a pattern that is kept, or of all fields.
    return MappingProxyType(dict(value)) if type(value) is MappingProxyType else value


# Attribute names whose value depends on who is asked. Rules for the other names of GUARDED_ATTRIBUTES are entered by
# the library that knows their objects.
ATTRIBUTE_RULES: Final[dict[str, AttributeRule]] = {
    "obj": _no_failed_object,
    "with_traceback": _no_traceback_change,
    "mro": _no_class_order,
    "register": _no_registration,
    "evaluate": _no_evaluation,
    "groupindex": _no_view,
    "metadata": _no_view,
}

GUARDED_ATTRIBUTES: Final = frozenset(ATTRIBUTE_RULES) | {"format", "format_map", "now", "utcnow", "today"}

# Classes made by the running call: what may be written to, and what a decorator of the library may change.
script_classes: Final[set[type]] = set()


def refused_attribute(name: str) -> str | None:
    """Why no script may say this attribute name, or None."""
    if name in REFUSED_ATTRIBUTES:
        words = REFUSED_ATTRIBUTES[name]
        return f"{words.message} {words.hint}"
    if name.startswith("_") and name != "_":
        return f"the attribute {name!r} is private: names that begin with _ are not available"
    if name in INSPECT_ATTRIBUTES:
        return f"the attribute {name!r} is not available: it leads into the interpreter"
    return None


def guarded_attribute(obj: object, name: str) -> Any:
    """`obj.name` for a name of GUARDED_ATTRIBUTES."""
    return ATTRIBUTE_RULES[name](obj, getattr(obj, name))


_MISSING: Final = object()
_ABSENT: Final = object()


def script_getattr(obj: object, name: str, default: object = _MISSING, /) -> Any:
    """The builtin `getattr`: a refused name raises, with a default or without."""
    if type(name) is not str:
        raise TypeError("getattr(): attribute name must be a plain string")
    why = refused_attribute(name)
    if why is not None:
        raise AttributeError(why)
    try:
        value = getattr(obj, name)
    except AttributeError:
        if default is _MISSING:
            raise
        return default
    rule = ATTRIBUTE_RULES.get(name)
    return value if rule is None else rule(obj, value)


def script_hasattr(obj: object, name: str, /) -> bool:
    """The builtin `hasattr`: a refused name raises."""
    return script_getattr(obj, name, _ABSENT) is not _ABSENT


# Library objects that belong to whoever made them. Everything else of the library may be shared between calls.
_WRITABLE: Final[set[type]] = {dict, list, bytearray, deque, OrderedDict, defaultdict, Counter, ChainMap}

# Python itself refuses to change these, in its own words.
_UNCHANGEABLE: Final = (str, bytes, tuple, int, float, complex, bool, type(None), set, frozenset, range, slice)
_WRITABLE.update(_UNCHANGEABLE)


def allow_writes(*kinds: type) -> None:
    """Instances of these library classes are made by scripts and shared with nobody: let them be written to."""
    _WRITABLE.update(kinds)


def guarded_write(obj: Any) -> Any:
    """The object itself if the script may assign to its items and attributes, else TypeError."""
    kind = type(obj)
    if kind is dict or kind is list or kind in script_classes or kind in _WRITABLE:
        return obj
    if is_script_made(obj) or isinstance(obj, Exception) or _is_being_made(kind):
        return obj
    if issubclass(kind, type):
        raise TypeError(
            f"the class {obj.__name__} belongs to the library and cannot be changed: write a class of your own"
        )
    raise TypeError(
        f"a value of type {kind.__name__} cannot be changed: keep your values in a dict or a class of your own"
    )


def _is_being_made(kind: type) -> bool:
    """Whether this is an Enum of the script, whose members' `__init__` runs before its class statement has ended."""
    return issubclass(type(kind), EnumMeta) and kind.__module__ == SCRIPT_MODULE


def is_script_made(obj: object) -> bool:
    """Whether a class or function was defined by the running script."""
    if isinstance(obj, type):
        return obj in script_classes
    return (
        type(obj) is FunctionType
        and obj.__module__ == SCRIPT_MODULE
        and obj.__globals__.get("__name__") == SCRIPT_MODULE
    )


def guarded_super(*told: Any) -> Any:
    """`super(...)` with arguments, or the builtin handed about: of the script's own classes only.

    What stands behind a class of the library is left out there on purpose.
    """
    if told and told[0] not in script_classes:
        raise TypeError("super() takes a class of the script: in a method write super() without arguments")
    return super(*told)


_SELF_OF_SUPER: Final = super.__dict__["__self__"]


def guarded_super_method(parent: Any, name: str) -> Any:
    """`super().__init__` and its like, for instances: of a class it would be a function that takes any `self`."""
    of = _SELF_OF_SUPER.__get__(parent)
    if of is None or isinstance(of, type):
        raise TypeError(f"super().{name} is for methods of instances: give the method self, and call it on an instance")
    return getattr(parent, name)


class _Begun:
    """Among the script's classes as soon as one is begun: what is never finished may have instances all the same."""


def begin_class() -> None:
    """To be said before a class of the script is made."""
    script_classes.add(_Begun)


# by identity: a script's own __eq__ is not asked
_BASES_BY_NAME: Final = frozenset({id(typing.NamedTuple), id(typing.TypedDict)})
_BASES_FROM: Final = frozenset({"typing", "types"})


def guarded_build_class(body: Any, name: str, /, *bases: Any, **keywords: Any) -> Any:
    """The class statement: Python's own machinery, and a note that the class is the script's."""
    for base in bases:
        # What is no class says by a method what it stands for, and would be asked twice: only typing's own may.
        if not (isinstance(base, type) or id(base) in _BASES_BY_NAME or type(base).__module__ in _BASES_FROM):
            raise TypeError("a base must be a class")
    # typing.Type is no class, and resolves to `type`.
    metaclass = any(isinstance(base, type) and issubclass(base, type) for base in types.resolve_bases(bases))
    if metaclass or "metaclass" in keywords:
        raise TypeError("metaclasses are not available: use a class decorator or a base class")
    begin_class()
    made = builtins.__build_class__(body, name, *bases, **keywords)
    script_classes.add(made)
    return made
