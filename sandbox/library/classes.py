"""What classes are made with: typing, dataclasses, enum.

All three look into `sys.modules` for the module a class belongs to: it is an empty one of ours, which knows only the
words that annotations kept as text may use. Only classes of the script are decorated.
"""

import dataclasses
import enum
import keyword
import sys
import types
import typing
from typing import Any, Final

from sandbox.guards import SCRIPT_MODULE, begin_class, script_classes, script_getattr
from sandbox.library.facade import Facade, named

_module: Final = types.ModuleType(SCRIPT_MODULE)
vars(_module).update(
    typing=typing, dataclasses=dataclasses, **named(typing, "ClassVar"), **named(dataclasses, "InitVar KW_ONLY")
)
sys.modules[SCRIPT_MODULE] = _module


def identity(value: Any, /) -> Any:
    return value


def overload(function: Any, /) -> Any:
    """`typing.overload`, without the registry that would keep the function beyond the call."""
    return _overloaded


def _overloaded(*args: Any, **named: Any) -> Any:
    raise NotImplementedError("an overload has no body: define the function itself after its overloads")


def runtime_checkable(cls: Any, /) -> Any:
    """`typing.runtime_checkable`, for protocols of the script."""
    if cls not in script_classes:
        raise TypeError("runtime_checkable is for classes of the script")
    return typing.runtime_checkable(cls)


def get_origin(tp: Any, /) -> Any:
    """`typing.get_origin`; what stands for a metaclass has none: `type` itself is not a script's to have."""
    origin = typing.get_origin(tp)
    return None if isinstance(origin, type) and issubclass(origin, type) else origin


_TYPING: Final = (
    "Any Union Optional List Dict Set FrozenSet Tuple Type Callable Iterable Iterator Generator Sequence "
    "MutableSequence Mapping MutableMapping Collection Container Hashable Sized Reversible AbstractSet "
    "MutableSet KeysView ValuesView ItemsView DefaultDict OrderedDict Counter Deque ChainMap Literal Final "
    "ClassVar Annotated NoReturn Never Text AnyStr TypeVar Generic NamedTuple TypedDict NewType "
    "Concatenate ParamSpec TypeAlias TypeGuard Self LiteralString Required NotRequired Pattern Match "
    "SupportsInt SupportsFloat SupportsIndex SupportsAbs SupportsRound Protocol cast get_args "
    "is_typeddict assert_never reveal_type"
)

Facade(
    "typing",
    {
        **named(typing, _TYPING.replace(" reveal_type", "")),
        "TYPE_CHECKING": False,
        "overload": overload,
        "get_origin": get_origin,
        "runtime_checkable": runtime_checkable,
        **dict.fromkeys(("final", "no_type_check", "override"), identity),
    },
    refused={"get_type_hints": "name the fields, or use dataclasses.fields"},
)


def _own(kind: Any) -> Any:
    if not isinstance(kind, type) or kind not in script_classes:
        raise TypeError("dataclass is for classes of the script")
    if issubclass(kind, str):
        raise TypeError("a dataclass cannot extend str: keep the text in a field")
    if issubclass(kind, enum.Enum) or typing.is_typeddict(kind):
        raise TypeError("an Enum or a TypedDict cannot be a dataclass")
    # Python writes its methods as text: every name in it has to be a name, and nothing that answers otherwise later.
    for name in getattr(kind, "__annotations__", {}):
        private = name != "_" and str(name).startswith("_")
        if type(name) is not str or not name.isidentifier() or keyword.iskeyword(name) or private:
            raise TypeError(f"{str(name)[:100]!r} cannot be the name of a field")
    for value in vars(kind).values():
        if isinstance(value, dataclasses.Field) and type(value) is not dataclasses.Field:
            raise TypeError("a field is made with field()")
    return kind


def dataclass(cls: Any = None, /, **options: Any) -> Any:
    """`dataclasses.dataclass`, for classes of the script."""

    def decorate(kind: Any) -> Any:
        if not _own(kind).__doc__:
            # else its signature would be written there, which takes long and which no script can read
            kind.__doc__ = kind.__name__
        made = dataclasses.dataclass(**options)(kind)
        script_classes.add(made)
        return made

    decorate.__qualname__ = "dataclass"
    return decorate if cls is None else decorate(cls)


def _fields(value: Any) -> tuple[Any, ...]:
    if isinstance(value, type) or not dataclasses.is_dataclass(value):
        raise TypeError("this function should be called on dataclass instances")
    return dataclasses.fields(value)


def _converted(value: Any, factory: Any, as_tuple: bool) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = [
            (field.name, _converted(script_getattr(value, field.name), factory, as_tuple)) for field in _fields(value)
        ]
        return factory([item for _, item in pairs]) if as_tuple else factory(pairs)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return tuple.__new__(type(value), [_converted(part, factory, as_tuple) for part in value])
    if type(value) in (list, tuple, set, frozenset):
        return type(value)([_converted(part, factory, as_tuple) for part in value])
    if isinstance(value, dict):
        pairs = [
            (_converted(key, factory, as_tuple), _converted(part, factory, as_tuple)) for key, part in dict.items(value)
        ]
        return dict(pairs)
    return value


def asdict(obj: Any, *, dict_factory: Any = dict) -> Any:
    """`dataclasses.asdict`; values that are not containers are given as they are, not copied."""
    _fields(obj)
    return _converted(obj, dict_factory, False)


def astuple(obj: Any, *, tuple_factory: Any = tuple) -> Any:
    _fields(obj)
    return _converted(obj, tuple_factory, True)


def replace(obj: Any, /, **changes: Any) -> Any:
    for field in _fields(obj):
        if not field.init:
            if field.name in changes:
                raise ValueError(
                    f"field {field.name} is declared with init=False, it cannot be specified with replace()"
                )
        elif field.name not in changes:
            changes[field.name] = script_getattr(obj, field.name)
    return type(obj)(**changes)


Facade(
    "dataclasses",
    {
        **named(dataclasses, "field fields is_dataclass FrozenInstanceError InitVar MISSING KW_ONLY"),
        "dataclass": dataclass,
        "asdict": asdict,
        "astuple": astuple,
        "replace": replace,
    },
    refused={"make_dataclass": "write a class with @dataclass", "Field": "write field(...)"},
)


def _member(member: Any) -> Any:
    """A name, or a pair of it and a value, read once: what a script's tuple answers the second time is not asked."""
    name, *value = (member,) if isinstance(member, str) else tuple(member)
    if type(name) is not str or name.startswith("_"):
        raise ValueError(f"{str(name)[:100]!r} cannot be the name of a member: it begins with an underscore")
    return (name, *value) if value else name


class _EnumType(enum.EnumMeta):
    """Python's, except that members given by name cannot be methods of the class in disguise."""

    def __call__(cls, value: Any, *args: Any, **options: Any) -> Any:
        if not args and "names" not in options:
            return super().__call__(value, **options)
        names, *rest = args or (options.pop("names"),)
        if rest:
            raise TypeError("Enum() takes a name and names; the others by keyword")
        if isinstance(names, str):
            names = str.__str__(names).replace(",", " ").split()
        members = [_member(member) for member in (names.items() if isinstance(names, dict) else names)]
        options["module"] = SCRIPT_MODULE
        begin_class()
        made = super().__call__(str(value), members, **options)
        script_classes.add(made)
        return made


def _enum(base: Any) -> Any:
    made = _EnumType(base.__name__, (base,), _EnumType.__prepare__(base.__name__, (base,)))
    made.__module__ = "enum"
    return made


def unique(kind: Any) -> Any:
    return enum.unique(kind)


Facade(
    "enum",
    {
        **{name: _enum(getattr(enum, name)) for name in ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag")},
        **named(enum, "auto STRICT CONFORM EJECT KEEP"),
        "unique": unique,
    },
)
