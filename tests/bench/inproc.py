"""The floor: the same script in this process, restricted by RestrictedPython and protected by nothing.

Code is cached, globals are fresh for each call, JSON comes in and goes out by orjson. `--plain` leaves the restriction
out too: what the script costs by itself.
"""

import argparse
import builtins
import operator
import os
import time
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

import orjson
from RestrictedPython.compile import compile_restricted_exec

from tests.bench import measure, workload

WARM_SECONDS = 0.3
MODULES = ("re", "hmac", "hashlib", "datetime", "dataclasses", "enum")
NAMES = (
    "None False True abs bool callable chr divmod float hash hex int isinstance issubclass len oct ord pow range repr "
    "round slice str bytes dict list set tuple sorted min max sum any all enumerate zip map filter reversed frozenset "
    "Exception ImportError IndexError KeyError LookupError TypeError ValueError __build_class__"
)


def _import(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
    # C code imports by a list, and reads sys.modules itself
    if type(fromlist) is list:
        return None
    if name not in MODULES or level:
        raise ImportError(name)
    return __import__(name, fromlist=fromlist)


def _getattr(obj: Any, name: str, default: Any = None) -> Any:
    if name[0] == "_" or name in ("format", "format_map", "f_back", "gi_frame", "tb_frame", "mro"):
        raise AttributeError(name)
    return getattr(obj, name)


def _write(obj: Any) -> Any:
    if type(obj) in (dict, list):
        return obj
    raise TypeError("assignment is not allowed here")


def _inplace(op: str, left: Any, right: Any) -> Any:
    return INPLACE[op](left, right)


def _unpack(iterator: Any, spec: Any, getiter: Any) -> list[Any]:
    found = list(iterator)
    if len(found) >= spec["min_len"]:
        for index, child in spec["childs"]:
            found[index] = _unpack(found[index], child, getiter)
    return found


def _iter_unpack(iterator: Any, spec: Any, getiter: Any) -> Iterator[list[Any]]:
    for found in iterator:
        yield _unpack(found, spec, getiter)


INPLACE: dict[str, Callable[[Any, Any], Any]] = {"+=": operator.iadd, "-=": operator.isub, "*=": operator.imul}
BUILTINS = {name: getattr(builtins, name) for name in NAMES.split()} | {"__import__": _import}
GUARDS: dict[str, Any] = {
    "_getattr_": _getattr,
    "_getitem_": operator.getitem,
    "_getiter_": iter,
    "_write_": _write,
    "_inplacevar_": _inplace,
    "_iter_unpack_sequence_": _iter_unpack,
    "_unpack_sequence_": _unpack,
    "__metaclass__": type,
    "__name__": "script",
}


def prepared(text: str, *, plain: bool) -> Callable[[], bytes]:
    code = compile(text, "script.py", "exec") if plain else compile_restricted_exec(text, "script.py").code
    if code is None:
        raise SystemExit("RestrictedPython refuses the item: time it with --plain")
    return lambda: _run(code, plain=plain)


def _run(code: CodeType, *, plain: bool) -> bytes:
    scope: dict[str, Any] = {"__name__": __name__} if plain else {**GUARDS, "__builtins__": BUILTINS.copy()}
    exec(code, scope)
    content = orjson.loads(workload.BODY)
    request = {**workload.REQUEST, "content": content, "body": content, "content_raw": workload.BODY.decode()}
    return orjson.dumps(scope[workload.HOOK](request))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.inproc", description=__doc__)
    parser.add_argument("--item", choices=workload.ITEMS, default="push")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--plain", action="store_true")
    given = parser.parse_args()
    call = prepared(workload.source(given.item), plain=given.plain)
    clock = time.perf_counter_ns
    end = clock() + int(WARM_SECONDS * 1e9)
    while clock() < end:
        out = call()
    latencies: list[int] = []
    cpu, began = measure.cpu_seconds(), time.perf_counter()
    end = clock() + int(given.seconds * 1e9)
    while clock() < end:
        start = clock()
        out = call()
        latencies.append(clock() - start)
    wall, cpu = time.perf_counter() - began, measure.cpu_seconds() - cpu
    system = "plain" if given.plain else "restricted"
    line = measure.line(system, given.item, latencies, wall, cpu, out_len=len(out), **measure.memory(os.getpid()))
    measure.emit(line)


if __name__ == "__main__":
    main()
