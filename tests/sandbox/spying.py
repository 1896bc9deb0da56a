"""What the library hands to values of a script: everything in it is called with spies, whose every method notes what it
is given and what it is called on.

`python -m tests.sandbox.spying` prints, as JSON, where a spy was given a class of classes, a module, or a container of
the library's own, and where a class gave one away. Spies are made here as no script can make them: the more they see.
"""

import itertools
import json
import signal
import sys
import types
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final

from sandbox import library
from sandbox.library.facade import FACADES
from tests.sandbox.prodding import ENDLESS

SECONDS: Final = 0.05
CONTAINERS: Final = (dict, list, set, bytearray, deque, types.MappingProxyType)
# not asked of a spy, or asked of it by this file
LEFT_ALONE: Final = frozenset(
    "__new__ __init__ __class__ __getattribute__ __setattr__ __delattr__ __init_subclass__ __subclasshook__ __dir__ "
    "__reduce__ __reduce_ex__ __getstate__ __getnewargs__ __sizeof__ __repr__ __str__ __format__ __class_getitem__ "
    "__buffer__ __release_buffer__".split()
)
OPERATORS: Final = [
    f"__{prefix}{name}__"
    for prefix in ("", "r")
    for name in "add sub mul truediv floordiv mod pow and or xor lshift rshift".split()
]
COMPARISONS: Final = "__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __contains__ __bool__".split()
METHODS: Final = (
    "get items keys values copy append extend insert pop update setdefault write writerow read readline iter find "
    "findall findtext encode decode utcoffset tzname dst fromutc timetuple isoformat strftime lower upper strip split "
    "replace translate expandtabs join header_encode throw send close digest hexdigest random getrandbits group wrap "
    "is_finite conjugate total maps __call__ __getitem__ __setitem__ __enter__"
).split()

found: set[str] = set()
asked = ""
own: dict[int, str] = {}


def note(how: str, given: Any) -> None:
    if isinstance(given, type) and issubclass(given, type):
        found.add(f"{asked}: {how} was given {given!r}")
    elif isinstance(given, types.ModuleType):
        found.add(f"{asked}: {how} was given the module {given.__name__}")
    elif id(given) in own:
        found.add(f"{asked}: {how} was given {own[id(given)]}")


def spied(name: str, answer: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **named: Any) -> Any:
        for given in (*args, *named.values()):
            note(name, given)
        return answer(self, *args, **named)

    return method


def itself(self: Any, *_: Any, **__: Any) -> Any:
    return self


def always(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value


def spy(base: type, selves: str = "", /, **answers: Callable[..., Any]) -> Any:
    """A class like `base` that answers as ever, but with itself where it is told to, and as it is told."""
    answers |= dict.fromkeys(selves.split(), itself)
    inherited = {
        name: getattr(base, name) for name in dir(base) if name not in LEFT_ALONE and callable(getattr(base, name))
    }
    methods = {name: spied(name, answer) for name, answer in (inherited | answers).items()}
    return type(f"Spy{base.__name__.capitalize()}", (base,), methods)


# A class is a spy's as well: what is called on it is told by what comes back.
class Class:
    maps = (None, object)


def spies() -> list[Any]:
    selves = "lower upper strip lstrip rstrip replace expandtabs translate join title"
    number = spy(int, " ".join(OPERATORS), __eq__=always(True), __hash__=always(2))
    odd = spy(str, f"{selves} format __getitem__", __eq__=always(True), __hash__=always(hash("a")))
    odd.split = odd.splitlines = spied("split", lambda self, *_, **__: [self, self])
    odd.encode = spied("encode", lambda *_, **__: data(b"zz"))
    data = spy(bytes, f"{selves} __getitem__", __eq__=always(True), __hash__=always(hash(b"a")))
    data.decode = spied("decode", lambda *_, **__: odd("q"))
    data.__iter__ = spied("__iter__", lambda *_: iter([number(1)]))
    anything = spy(
        object,
        " ".join([*METHODS, *OPERATORS]),
        __iter__=lambda _: iter([odd("i"), number(1)]),
        as_integer_ratio=lambda _: (number(1), number(3)),
        **dict.fromkeys(("__len__", "__index__", "__int__"), always(1)),
        **dict.fromkeys(COMPARISONS, always(True)),
        __float__=always(1.0),
        __hash__=always(5),
    )
    different = spy(anything, **dict.fromkeys(COMPARISONS, always(False)))
    text, mapping, row = spy(str), spy(dict, __hash__=always(5)), spy(list, __hash__=always(5))
    return [
        odd("a"), data(b"a"), anything(), number(2), text("http://a/b?c=d&e#f"), text("Mon, 20 Nov 1995 19:12:08 -0500"),
        different(), [odd("a"), number(2)], [anything(), anything()], mapping({odd("a"): number(1)}),
        row([text("a"), anything()]), (odd("a"), anything()), {"a": anything()}, spied("a function", always(1)), Class,
    ]  # fmt: skip


def remember_own() -> None:
    """Every container that is reached from a module, by its path."""
    seen: set[int] = set()
    waiting: list[tuple[str, Any]] = [
        (name, module) for name, module in sys.modules.items() if not name.startswith(("tests", "__main__"))
    ]
    while waiting:
        path, value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, CONTAINERS):
            own[id(value)] = path
        if isinstance(value, types.ModuleType | type):
            waiting += [(f"{path}.{name}", part) for name, part in vars(value).items()]
        elif isinstance(value, dict):
            waiting += [(f"{path}[{name!r:.30}]", part) for name, part in value.items()]
        elif isinstance(value, list | tuple | set | frozenset):
            waiting += [(f"{path}[]", part) for part in value]


class Expired(BaseException):
    pass


def expire(*_: object) -> None:
    raise Expired


def attempt(function: Any, *args: Any) -> Any:
    """What it gives back, or None; what it yields is fetched."""
    try:
        signal.setitimer(signal.ITIMER_REAL, SECONDS, SECONDS)
        try:
            made = function(*args)
            if isinstance(made, Iterator):
                made = list(itertools.islice(made, 20))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except (Exception, Expired):
        made = None
    if isinstance(made, type) and issubclass(made, type):
        found.add(f"{asked}: gave back {made!r}")
    return made


def named_in(value: Any) -> Iterator[tuple[str, Any]]:
    for name in dir(value):
        if not name.startswith("_"):
            try:
                part = getattr(value, name)
            except Exception:
                continue
            if id(part) in own:
                found.add(f"{asked}.{name} is {own[id(part)]}")
            yield name, part
            if isinstance(part, property):
                yield f"{name}.fget", part.fget


def call_all(title: str, thing: Any) -> None:
    global asked
    asked = title
    arms = spies()
    few = [
        (arms[a], arms[b], arms[c]) for a, b, c in ((0, 1, 2), (2, 2, 2), (0, 0, 0), (8, 8, 0), (3, 3, 3), (13, 0, 0))
    ]
    met: set[type] = set()
    for args in [*((arm,) for arm in arms), *itertools.product(arms, arms), *few]:
        made = attempt(thing, *args)
        if made is None or type(made) in met or type(made).__module__ == __name__:
            continue
        met.add(type(made))
        for name, method in named_in(made):
            if callable(method):
                asked = f"{title}().{name}"
                for rest in [(), *((arm,) for arm in arms), (arms[0], arms[2]), (arms[2], arms[2])]:
                    attempt(method, *rest)
        asked = title
    if isinstance(thing, type):
        for name, method in named_in(thing):
            if callable(method):
                asked = f"{title}.{name}"
                for rest in [*((arm,) for arm in arms), *itertools.product(arms, arms[:4])]:
                    attempt(method, *rest)
                asked = title


def main() -> None:
    library.warm()
    remember_own()
    signal.signal(signal.SIGALRM, expire)
    called = 0
    for title, facade in sorted(FACADES.items()):
        if not title.startswith("hookcell"):
            for name, thing in vars(facade).items():
                if callable(thing) and name not in ENDLESS:
                    called += 1
                    call_all(f"{title}.{name}", thing)
    sys.stdout.write(json.dumps({"called": called, "own": len(own), "found": sorted(found)}))


if __name__ == "__main__":
    main()
