"""What hostile scripts leave behind: all of the library, before and after each of them, in one process as in one cell.

`python -m tests.sandbox.residue` runs every script of the corpus that ends by itself and prints, as JSON, what was
found: a probe of the library that answers otherwise than before, an object of a script that is still alive, and
whatever differs in the modules themselves: names, attributes of classes and functions, containers, caches.
"""

import _abc  # type: ignore[import-not-found]
import functools
import gc
import json
import marshal
import signal
import sys
import types
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from sandbox import library
from sandbox.compiler import compile_source
from sandbox.guards import SCRIPT_MODULE, TimeLimit, script_classes
from sandbox.library import CallState, caches
from sandbox.program import Compiled
from tests.sandbox.corpus import FAMILIES_OF_RESOURCES, Technique, techniques
from tests.sandbox.probe import PROBE
from tests.sandbox.prodding import proddings
from tests.sandbox.scripting import FORMS

SECONDS: Final = 0.1
# of the probe, which is ours and ends
PROBE_SECONDS: Final = 30.0

# What may differ: state of the interpreter and of this process, and caches that take plain keys only.
NOT_LOOKED_INTO: Final = frozenset("sys gc tests __main__ threading signal linecache".split())
MAY_DIFFER: Final = frozenset(
    {
        "_csv._dialects",
        "encodings._cache",
        "sandbox.library._classes_made",
        "sandbox.library.caches._codes",
        "sandbox.library.numbers._context",
        "sandbox.library.state.IDLE",
        "sandbox.library.state.call",
        "sandbox.library.text._registered",
    }
    | {f"{module.__name__}.{name}" for module, name in caches.GATED}
)

# Modules with caches that are loaded here, and that no facade leads to.
UNREACHED: Final = frozenset(
    "fnmatch glob importlib inspect ipaddress linecache pathlib tokenize _pytest pygments".split()
)


class Expired(TimeLimit):
    pass


def run(code: bytes, request: dict[str, Any], seconds: float = SECONDS) -> Any:
    """A call as a cell makes it, to its end: what it gave back, or the name of what it raised."""
    result: Any = None

    def expire(*_: object) -> None:
        raise Expired

    signal.signal(signal.SIGPROF, expire)
    signal.setitimer(signal.ITIMER_PROF, seconds, seconds)
    # what is left runs under the clock, too
    try:
        try:
            scope = library.begin(CallState(lambda *_: None))
            try:
                exec(marshal.loads(code), scope)
                hook = scope.get("process_incoming") or scope["Script"]().process_incoming
                library.state.call.in_hook = True
                result = hook(request)
                hook = None
            finally:
                scope.clear()
        except BaseException as error:
            result = type(error).__name__
        let_go()
    except Expired:
        result = None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return result


def let_go() -> None:
    library.end()
    # what is collected may run, and leave something to collect: no script of the corpus goes on for longer
    for _ in range(3):
        gc.collect()
        library.end()


def of_a_script(value: Any) -> bool:
    kind = type(value)
    if issubclass(kind, type):
        return bool(value.__module__ == SCRIPT_MODULE)
    if kind is types.GeneratorType:
        return bool(value.gi_code.co_filename == "script.py")
    if kind is types.FunctionType:
        return bool(value.__code__.co_filename == "script.py")
    return kind.__module__ == SCRIPT_MODULE


def parts(value: Any) -> Iterator[tuple[str, Any]]:
    """What can be changed in a value, by what it is called there."""
    kind = type(value)
    if kind is types.ModuleType or issubclass(kind, type):
        yield from ((f".{name}", part) for name, part in list(vars(value).items()))
        if hasattr(value, "_abc_impl"):
            yield "'s subclasses", tuple(sorted(repr(ref()) for ref in _abc._get_dump(value)[0]))
    elif kind is types.FunctionType:
        yield "()", (value.__code__, value.__defaults__, value.__kwdefaults__)
        yield from ((f".{name}", part) for name, part in vars(value).items())
        for cell in value.__closure__ or ():
            try:
                yield "[closure]", cell.cell_contents
            except ValueError:
                continue
    elif isinstance(value, dict):
        yield from ((f"[{key!r:.60}]", (key, part)) for key, part in list(dict.items(value)))
    elif isinstance(value, (list, tuple, deque)):
        yield from ((f"[{index}]", part) for index, part in enumerate(value))
    elif isinstance(value, (set, frozenset)):
        yield from ((f"{{{part!r:.60}}}", part) for part in value)
    elif isinstance(value, property):
        yield "()", (value.fget, value.fset, value.fdel)
    elif isinstance(value, (classmethod, staticmethod, types.MethodType)):
        yield "()", value.__func__
    elif isinstance(value, functools._lru_cache_wrapper):
        yield "()", value.__wrapped__
        if value in caches.CLEARED:
            yield "'s size", value.cache_info().currsize
    if not isinstance(value, (type, types.ModuleType, types.FunctionType)) and hasattr(value, "__dict__"):
        yield from ((f".{name}", part) for name, part in list(vars(value).items()))


# By identity: the path of a value, the value, its parts.
Picture = dict[int, tuple[str, Any, list[tuple[str, Any]]]]


def picture() -> Picture:
    """Everything that is reached from the modules that are loaded."""
    seen: Picture = {}
    waiting: list[tuple[str, Any]] = [
        (name, module) for name, module in sys.modules.items() if name.partition(".")[0] not in NOT_LOOKED_INTO
    ]
    while waiting:
        path, value = waiting.pop()
        if id(value) in seen or path in MAY_DIFFER or path.endswith(".__warningregistry__"):
            continue
        if isinstance(value, types.ModuleType) and path != value.__name__:
            continue
        found = list(parts(value))
        if found:
            seen[id(value)] = (path, value, found)
            waiting += [(path + name, part) for name, part in found]
    return seen


SIMPLE: Final = (int, float, str, bytes, bool, type(None))


def same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if type(one) is tuple and type(other) is tuple and len(one) == len(other):
        return all(same(a, b) for a, b in zip(one, other, strict=True))
    return type(one) is type(other) and type(one) in SIMPLE and bool(one == other)


def differences(before: Picture) -> Iterator[str]:
    for path, value, then in before.values():
        now = dict(parts(value))
        known = dict(then)
        for name in known.keys() | now.keys():
            if path + name in MAY_DIFFER or name in (".__warningregistry__", ".__doc__"):
                continue
            if name == ".__annotations__" and name not in known and now[name] == {}:
                continue  # Python gives a class an empty one when it is first asked for
            if name not in now or name not in known or not same(known[name], now[name]):
                yield f"{path}{name}"


def impure_keys() -> Iterator[str]:
    for module, name in caches.GATED:
        cache = vars(module).get(name)
        if isinstance(cache, dict):
            yield from (f"{module.__name__}.{name} has {key!r}" for key in cache if not caches.is_plain(key))


def undecided() -> Iterator[str]:
    """Caches of functions that are neither gated nor emptied, in modules that a facade may lead to."""
    gated = {(module.__name__, name) for module, name in caches.GATED}
    for value in gc.get_objects():
        if isinstance(value, functools._lru_cache_wrapper) and value not in caches.CLEARED:
            takes = value.__wrapped__.__code__.co_argcount
            if (
                takes
                and value.__module__.partition(".")[0] not in UNREACHED
                and (value.__module__, value.__qualname__) not in gated
            ):
                yield f"{value.__module__}.{value.__qualname__} is a cache that nobody decided about"


def compiled(source: str) -> bytes | None:
    made = compile_source(source, filename="script.py", hooks=FORMS)
    return made.code if isinstance(made, Compiled) else None


def request(call: int) -> dict[str, Any]:
    return {"n": call, "list": [], "file": "/nothing", "directory": "/", "port": 1, "udp": 1, "abstract": "", "pid": 0}


def ends_by_itself(technique: Technique) -> bool:
    expected = {one.partition(" ")[0] for one in technique.expected}
    return technique.family not in FAMILIES_OF_RESOURCES and bool(expected & {"completed", "raised"})


def main() -> None:
    sys.unraisablehook = lambda _: None
    library.warm()
    probe = compiled(PROBE)
    assert probe is not None
    codes = [(each, compiled(each.script)) for each in techniques() if ends_by_itself(each)]
    for title, script in proddings():
        technique = Technique("prodding", title, "", (), 1, script)
        codes.append((technique, compiled(script)))
        assert codes[-1][1] is not None, title
    for _ in range(2):
        fresh = run(probe, request(0), PROBE_SECONDS)
        let_go()
    gc.collect()
    found = list(undecided())
    before = picture()
    gc.freeze()
    family, count = "", 0
    for technique, code in codes:
        if code is None:
            continue
        count += 1
        for call in range(technique.calls):
            run(code, request(call))
            # once more, for those that the clock stopped
            let_go()
        alive = [repr(value)[:100] for value in gc.get_objects() if of_a_script(value)]
        found += [f"{technique.id}: {what} is alive" for what in alive]
        if script_classes:
            found.append(f"{technique.id}: classes are still the script's")
        answers = run(probe, request(0), PROBE_SECONDS)
        let_go()
        if answers != fresh:
            wrong = [f"{old} -> {new}" for old, new in zip(fresh, answers, strict=False) if old != new]
            found.append(f"{technique.id}: {wrong or answers}"[:600])
        if technique.family != family:
            family = technique.family
            found += [f"{technique.id} or one before it changed {path}" for path in differences(before)]
        if len(found) > 40:
            break
    found += [f"{codes[-1][0].id} or one before it changed {path}" for path in differences(before)]
    found += impure_keys()
    sys.stdout.write(json.dumps({"scripts": count, "looked at": len(before), "answers": len(fresh), "found": found}))


if __name__ == "__main__":
    main()
