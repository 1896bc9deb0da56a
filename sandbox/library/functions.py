"""Functions on functions and values: collections, itertools, functools, operator, copy.

What Python's versions write onto classes or functions they are given (`wraps`, `total_ordering`) is done only to those
the script made. Caches wrap functions, and compare no classes. `copy` copies what is known and never asks an object how
it wants to be rebuilt.
"""

import collections
import functools
import itertools
import operator
from collections.abc import Callable
from typing import Any, Final

from sandbox.guards import allow_writes, guarded_write, is_script_made, script_classes, script_getattr
from sandbox.library import arithmetic
from sandbox.library.facade import Facade, named

Facade("collections", named(collections, "Counter ChainMap OrderedDict defaultdict deque namedtuple"))

Facade(
    "itertools",
    named(
        itertools,
        "accumulate chain combinations combinations_with_replacement compress count cycle dropwhile "
        "filterfalse groupby islice pairwise permutations product repeat starmap takewhile tee zip_longest",
    ),
)


def wraps(wrapped: Any, *_: Any, **__: Any) -> Callable[[Any], Any]:
    """`functools.wraps`: the name and the text of a function, given to a function of the script."""

    def decorate(wrapper: Any) -> Any:
        if is_script_made(wrapper) and is_script_made(wrapped):
            for name in ("__name__", "__qualname__", "__doc__"):
                setattr(wrapper, name, getattr(wrapped, name))
        return wrapper

    decorate.__qualname__ = "wraps"
    return decorate


class cached_property:
    """`functools.cached_property`: computed once, then kept in the instance."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function
        self._name: str | None = None

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        value = self._function(instance)
        if self._name is not None:
            guarded_write(instance)
            vars(instance)[self._name] = value
        return value


def _function(wrapped: Any) -> Any:
    """As a cache may wrap it, which copies the dict: that of the library's classes holds what no script is to have."""
    if is_script_made(wrapped) or not callable(wrapped):
        return wrapped
    return lambda *args, **named: wrapped(*args, **named)


def lru_cache(maxsize: Any = 128, typed: Any = False) -> Any:
    """`functools.lru_cache`, but not `typed`: its keys then hold classes, and a script's `__eq__` is given `type`."""
    if typed:
        raise TypeError("lru_cache(typed=True) is not available: give the function what tells the types apart")
    if callable(maxsize):
        return functools.lru_cache(_function(maxsize))
    cached = functools.lru_cache(maxsize)

    def decorate(function: Any, /) -> Any:
        return cached(_function(function))

    decorate.__qualname__ = "lru_cache"
    return decorate


def cache(function: Any, /) -> Any:
    return functools.lru_cache(None)(_function(function))


def total_ordering(kind: Any) -> Any:
    if kind not in script_classes:
        raise TypeError("total_ordering is for classes of the script")
    return functools.total_ordering(kind)


Facade(
    "functools",
    {
        **named(functools, "reduce partial cmp_to_key"),
        "cache": cache,
        "lru_cache": lru_cache,
        "wraps": wraps,
        "cached_property": cached_property,
        "total_ordering": total_ordering,
    },
    refused={
        "update_wrapper": "write @functools.wraps(function)",
        "singledispatch": "choose by isinstance, or keep a dict of functions",
        "partialmethod": "write a method",
    },
)


def attrgetter(*names: str) -> Callable[[Any], Any]:
    """`operator.attrgetter`, through the same rules as `x.name`."""
    if not names:
        raise TypeError("attrgetter expected at least 1 argument, got 0")
    for name in names:
        if type(name) is not str:
            raise TypeError("attribute name must be a string")
    paths = [name.split(".") for name in names]

    def one(obj: Any, path: list[str]) -> Any:
        for name in path:
            obj = script_getattr(obj, name)
        return obj

    def get(obj: Any, /) -> Any:
        return one(obj, paths[0]) if len(paths) == 1 else tuple(one(obj, path) for path in paths)

    get.__qualname__ = "attrgetter"
    return get


def methodcaller(name: str, /, *args: Any, **named: Any) -> Callable[[Any], Any]:
    """`operator.methodcaller`, through the same rules as `x.name`."""
    if type(name) is not str:
        raise TypeError("method name must be a string")

    def call(obj: Any, /) -> Any:
        return script_getattr(obj, name)(*args, **named)

    call.__qualname__ = "methodcaller"
    return call


def setitem(obj: Any, key: Any, value: Any, /) -> None:
    guarded_write(obj)[key] = value


def delitem(obj: Any, key: Any, /) -> None:
    del guarded_write(obj)[key]


Facade(
    "operator",
    {
        **named(
            operator,
            "abs add and_ concat contains countOf eq floordiv ge getitem gt index indexOf inv invert is_ "
            "is_not itemgetter le length_hint lt matmul ne neg not_ or_ pos rshift sub truediv truth xor "
            "iadd iand iconcat ifloordiv imatmul ior irshift isub itruediv ixor",
        ),
        "attrgetter": attrgetter,
        "methodcaller": methodcaller,
        "setitem": setitem,
        "delitem": delitem,
        "mul": arithmetic.guarded_mul,
        "pow": arithmetic.guarded_pow,
        "mod": arithmetic.guarded_mod,
        "lshift": arithmetic.guarded_lshift,
        "imul": arithmetic.in_place("*="),
        "ipow": arithmetic.in_place("**="),
        "imod": arithmetic.in_place("%="),
        "ilshift": arithmetic.in_place("<<="),
    },
)

_BUILTIN_CONTAINERS: Final = (dict, list, set, bytearray, collections.deque)


def _state_of(value: Any) -> dict[str, Any]:
    kept = dict(getattr(value, "__dict__", {}))
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name) and name not in ("__dict__", "__weakref__"):
                kept[name] = getattr(value, name)
    return kept


def _rebuilt(value: Any, again: Callable[[Any], Any], memo: dict[int, Any]) -> Any:
    """A new object like `value`, its parts through `again`."""
    kind = type(value)
    if isinstance(value, (tuple, frozenset)):
        parts = [again(part) for part in value]
        base: Any = tuple if isinstance(value, tuple) else frozenset
        made: Any = base.__new__(kind, parts)
    elif isinstance(value, BaseException):
        made = kind.__new__(kind, *[again(part) for part in value.args])
    elif isinstance(value, collections.defaultdict):
        made = collections.defaultdict.__new__(kind)
        collections.defaultdict.__init__(made, value.default_factory)
    elif isinstance(value, collections.deque):
        made = collections.deque.__new__(kind)
        collections.deque.__init__(made, (), value.maxlen)
    else:
        base = next(
            (base for base in (collections.OrderedDict, *_BUILTIN_CONTAINERS) if isinstance(value, base)), object
        )
        made = base.__new__(kind)
    memo[id(value)] = made
    if isinstance(value, dict):
        store = collections.OrderedDict if isinstance(value, collections.OrderedDict) else dict
        for key, item in dict.items(value):
            store.__setitem__(made, again(key), again(item))
    elif isinstance(value, list):
        list.extend(made, [again(item) for item in list.__iter__(value)])
    elif isinstance(value, set):
        set.update(made, [again(item) for item in set.__iter__(value)])
    elif isinstance(value, bytearray):
        bytearray.extend(made, value)
    elif isinstance(value, collections.deque):
        collections.deque.extend(made, [again(item) for item in collections.deque.__iter__(value)])
    for name, part in _state_of(value).items():
        object.__setattr__(made, name, again(part))
    return made


_PLAINLY_MADE: Final[Any] = object.__new__
_COPIED: Final = (*_BUILTIN_CONTAINERS, tuple, frozenset, BaseException, collections.ChainMap)


def _is_copied(value: Any) -> bool:
    kind = type(value)
    # What extends text, numbers, dates and their like is made by these, and does not change either.
    own = kind in script_classes and not hasattr(kind, "__members__") and kind.__new__ is _PLAINLY_MADE
    return own or isinstance(value, _COPIED)


def copy(value: Any) -> Any:
    """`copy.copy` of the ordinary containers and of the script's own objects; anything else is given back as it is."""
    if type(value) in (tuple, frozenset) or not _is_copied(value):
        return value
    return _rebuilt(value, lambda part: part, {})


def deepcopy(value: Any, memo: None = None) -> Any:
    """`copy.deepcopy`, for the same values."""
    done: dict[int, Any] = {}

    def again(part: Any) -> Any:
        if not _is_copied(part):
            return part
        if id(part) in done:
            return done[id(part)]
        made = _rebuilt(part, again, done)
        done[id(part)] = made
        return made

    return again(value)


Facade("copy", {"copy": copy, "deepcopy": deepcopy})
allow_writes(functools.partial, collections.ChainMap)
