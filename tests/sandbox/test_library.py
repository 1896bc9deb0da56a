import dis
import gc
import statistics
import sys
import types
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox import library
from sandbox.guards import refused_attribute, script_getattr
from sandbox.library import CallState
from sandbox.library.builtins import BUILTINS
from sandbox.library.facade import FACADES
from tests.sandbox.scripting import call_hook, result, run

NOON = 1_767_268_800.0  # 2026-01-01 12:00 UTC

CONTRACT_MODULES = set(
    "json re datetime time math statistics random string hashlib hmac base64 binascii uuid html urllib.parse textwrap "
    "collections itertools functools operator decimal fractions zoneinfo unicodedata difflib csv io copy typing "
    "dataclasses enum calendar email.utils xml.etree.ElementTree".split()
)

SERVICES = {"hookcell", "hookcell.http", "hookcell.log", "hookcell.secrets", "hookcell.store"}
CONTRACT_BUILTINS = (
    "abs all any ascii bin bool bytearray bytes callable chr classmethod complex dict divmod enumerate filter float "
    "format frozenset getattr hasattr hash hex int isinstance issubclass iter len list map max min next object oct ord "
    "pow print property range repr reversed round set slice sorted staticmethod str sum super tuple zip".split()
)


@pytest.fixture(scope="module", autouse=True)
def _warmed() -> None:
    library.warm()


def test_the_library_is_the_contracts() -> None:
    assert set(library.library_table()) == CONTRACT_MODULES | SERVICES | {"urllib", "email", "xml", "xml.etree"}
    assert set(CONTRACT_BUILTINS) <= set(BUILTINS)
    refused = "type id setattr delattr vars dir globals locals open input eval exec compile breakpoint memoryview"
    assert not set(refused.split()) & set(BUILTINS)
    assert not {"BaseException", "SystemExit", "KeyboardInterrupt", "GeneratorExit"} & set(BUILTINS)


def reachable() -> Iterator[tuple[str, Any]]:
    """Everything that can be reached by names a script may say, and by making the ordinary objects."""
    made = result(
        "import calendar, collections, csv, datetime, decimal, difflib, functools, io, json, random, re, string, textwrap\n"
        "import uuid, xml.etree.ElementTree as ET, zoneinfo, enum, hashlib, hmac, fractions, statistics, time, typing\n"
        "import dataclasses\n"
        "class A: pass\nclass E(enum.Enum):\n    X = 1\n@dataclasses.dataclass\nclass D:\n    x: int = 1\ndef f(): yield 1\n"
        "result = [calendar.Calendar(), calendar.TextCalendar(), csv.reader([]), csv.writer(io.StringIO()), csv.Sniffer(),"
        " datetime.datetime.now(), decimal.getcontext(), decimal.Decimal(1), difflib.SequenceMatcher(None, 'a', 'b'),"
        " difflib.Differ(), functools.partial(f), functools.lru_cache(f), io.StringIO(), io.BytesIO(), json.JSONEncoder(),"
        " random.Random(), random.SystemRandom(), re.compile('(?P<a>b)'), re.match('(a)', 'a'), string.Template('a'),"
        " textwrap.TextWrapper(), uuid.uuid4(), ET.fromstring('<a b=\"c\"><d/></a>'), zoneinfo.ZoneInfo('UTC'), E.X, E, A(), A,"
        " D(), D, dataclasses.fields(D), f, f(), hashlib.sha256(), hmac.new(b'', b'', 'md5'), fractions.Fraction(1),"
        " statistics.NormalDist(), time.gmtime(), typing.List[int], typing.Optional[str], ValueError('x'), lambda: 1,"
        " csv.DictReader(io.StringIO()), collections.ChainMap(), collections.Counter(), collections.deque(), 'a', b'a', 1, 1.5,"
        " super, property(f), classmethod(f), range(3), iter([]), {}.items(), slice(1)]\n"
    )
    waiting: list[tuple[str, Any]] = [(title, facade) for title, facade in FACADES.items()]
    waiting += [(name, value) for name, value in BUILTINS.items() if not name.startswith("_")]
    waiting += [(f"made {type(value).__name__}", value) for value in made]
    seen: dict[int, Any] = {}
    while waiting:
        path, value = waiting.pop()
        if id(value) in seen or path.count(".") > 6:
            continue
        seen[id(value)] = value
        yield path, value
        if isinstance(value, (tuple, frozenset)):
            waiting += [(f"{path}[]", part) for part in value]
        for name in dir(value):
            if refused_attribute(name) is None:
                try:
                    part = script_getattr(value, name)
                except Exception:
                    continue
                if type(part) not in (str, int, float, bool, bytes, type(None)):
                    waiting.append((f"{path}.{name}", part))


def test_no_module_frame_code_or_namespace_can_be_reached() -> None:
    capabilities = (types.ModuleType, types.FrameType, types.CodeType, types.TracebackType)
    held = [BUILTINS, *(vars(module) for module in list(sys.modules.values()))]
    namespaces = {id(namespace) for namespace in held}
    found = [path for path, value in reachable() if isinstance(value, capabilities) or id(value) in namespaces]
    assert found == []


def test_nothing_mutable_is_shared_by_the_library() -> None:
    shared = [
        path
        for path, value in reachable()
        if isinstance(value, (dict, list, set, bytearray))
        and not path.startswith("made ")
        # CPython makes a new dict for a pattern without groups.
        and not (path.endswith(".groupindex") and not value)
    ]
    assert shared == []


def test_functions_of_the_library_have_the_names_that_scripts_know_them_by() -> None:
    known = {name for title in FACADES for name in vars(FACADES[title])} | set(BUILTINS) | {"format_map"}
    wrong = [
        path
        for path, value in reachable()
        if isinstance(value, types.FunctionType)
        and value.__module__.startswith("sandbox.")
        and not {value.__name__, value.__qualname__} <= known
        and "." not in value.__qualname__
    ]
    assert wrong == []
    with pytest.raises(TypeError, match=r"^print\(\) got an unexpected keyword argument"):
        run("print(1, x=2)")
    with pytest.raises(TypeError, match=r"^mul\(\) missing 1 required positional argument"):
        run("import operator\noperator.mul(1)")


def test_no_cache_of_the_library_can_be_cleared() -> None:
    assert [path for path, value in reachable() if hasattr(value, "cache_clear") and not path.startswith("made ")] == []


def test_each_call_has_fresh_globals() -> None:
    run("leak = 1\nimport json\njson_leak = json")
    names = library.begin(CallState(print))
    library.end()
    assert set(names) == {"__builtins__", "__name__"}


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        ("import decimal\ndecimal.getcontext().prec = 3", "import decimal\nresult = decimal.getcontext().prec", 28),
        (
            "import decimal\ndecimal.getcontext().traps[decimal.Inexact] = True",
            "from decimal import Decimal\nresult = str(Decimal(1) / 4)",
            "0.25",
        ),
        (
            "import csv\ncsv.register_dialect('x', delimiter=';')\ncsv.unregister_dialect('excel')",
            "import csv\nresult = csv.list_dialects()",
            ["excel", "excel-tab", "unix"],
        ),
        (
            "import csv\ncsv.register_dialect('excel', delimiter=';')",
            "import csv\nresult = next(csv.reader(['a,b']))",
            ["a", "b"],
        ),
    ],
)
def test_what_a_call_changes_behind_a_module_is_new_in_the_next(first: str, then: str, expected: object) -> None:
    run(first)
    assert result(then) == expected


def test_random_is_seeded_anew_for_each_call() -> None:
    source = "import random\nrandom.seed(1) if first else None\nresult = [random.random() for _ in range(4)]"
    assert result("first = True\n" + source) == result("first = True\n" + source)
    assert result("first = False\n" + source) != result("first = False\n" + source)


def test_a_frozen_clock_is_what_every_way_of_asking_reads() -> None:
    source = """
import datetime, time
from datetime import date, timezone
D = datetime.datetime
class Mine(D): pass
now = D.now
result = [
    D.now(timezone.utc).isoformat(), D.utcnow().isoformat(), now(timezone.utc).hour, getattr(D, "now")(timezone.utc).hour,
    Mine.now(timezone.utc).hour, D(2000, 1, 1).now(timezone.utc).hour, time.time(), time.time_ns(), time.gmtime().tm_hour,
    time.strftime("%Y"), time.ctime()[-4:], date.today().year, D.today().year, time.localtime().tm_year, time.asctime()[-4:],
    list(map(D.now, [timezone.utc]))[0].hour,
]
"""
    assert result(source, now=NOON) == [
        "2026-01-01T12:00:00+00:00",
        "2026-01-01T12:00:00",
        *[12] * 4,
        NOON,
        int(NOON) * 10**9,
        12,
        "2026",
        "2026",
        2026,
        2026,
        2026,
        "2026",
        12,
    ]


def test_a_live_clock_moves() -> None:
    assert result("import time\na = time.time_ns()\nb = time.time_ns()\nresult = b >= a") is True


def test_print_writes_exactly_what_it_would_write_to_a_file() -> None:
    log: list[str] = []
    run("print('a', 1, sep='-', end='')\nprint()\nprint('x\\ny')", log=log)
    assert "".join(log) == "a-1\nx\ny\n"


def test_what_a_call_leaves_running_prints_nowhere() -> None:
    log: list[str] = []
    names = run("def f(): print('late')", log=log)
    names["f"]()
    assert log == []


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("import jsn", "did you mean json"),
        ("import os", "there is no module 'os' in scripts: there is base64"),
        ("from hookcell import htpp", "did you mean http"),
        ("from hookcell.http import head", "hookcell.http.head is not available: write http.request('HEAD', url)"),
        ("from json import load", "json.load is not available: write json.loads(text)"),
        ("from math import flor", "did you mean floor"),
        ("from time import sleep", "time.sleep is not available: a script cannot wait"),
        ("import urllib.request", "write `from hookcell import http`"),
    ],
)
def test_an_import_that_is_not_there_says_what_is(source: str, text: str) -> None:
    with pytest.raises(ImportError) as caught:
        run(f"if True:\n    {source}")
    assert text in str(caught.value)


def test_a_name_that_is_left_out_says_what_to_write() -> None:
    with pytest.raises(AttributeError, match=r"time\.sleep is not available: a script cannot wait"):
        run("import time\ntime.sleep(1)")
    with pytest.raises(AttributeError, match="did you mean dumps"):
        run("import json\njson.dumpz")


def test_copies_ask_no_object_how_to_rebuild_it() -> None:
    source = """
import copy
class A:
    def __init__(self): self.x = [1]
class B(dict): pass
a, b = A(), B(k=[1])
b.note = a
c, d = copy.deepcopy(a), copy.deepcopy(b)
a.x.append(2)
result = [c.x, d.note.x, isinstance(d, B), d["k"] is b["k"], copy.copy(print) is print, copy.deepcopy(copy) is copy]
"""
    assert result(source) == [[1], [1], True, False, True, True]


def test_caches_of_the_library_keep_nothing_a_script_made() -> None:
    source = """
import re, urllib.parse
class S(str):
    def __hash__(self): return hash("https://a/b")
    def __eq__(self, other): raise KeyError("an earlier call is still here")
S2 = S("https://x/y")
result = [urllib.parse.urlsplit(S2).netloc, re.compile(S("a+")).pattern]
"""
    assert result(source) == ["x", "a+"]
    assert result("import urllib.parse\nresult = urllib.parse.urlsplit('https://a/b').netloc") == "a"


def test_nothing_keeps_a_class_of_an_earlier_call_alive() -> None:
    source = """
import dataclasses, enum, functools, typing
from typing import Dict, Generic, List, Optional, TypeVar
T = TypeVar("T")
class A(Generic[T]): pass
@dataclasses.dataclass
class D:
    a: Optional[A[int]] = None
class E(enum.Enum):
    X = 1
class P(typing.Protocol): pass
class N(typing.NamedTuple):
    a: List[A]
@functools.lru_cache
def f(x: Dict[str, A]) -> List[D]: return isinstance(x, A)
f(1), repr(D(A())), typing.cast(A, 1), E(1), isinstance(A(), typing.Hashable)
"""
    names = run(source)
    left = [weakref.ref(names[name]) for name in ("A", "D", "E", "P", "N", "f")]
    names.clear()
    gc.collect()
    assert [ref() for ref in left] == [None] * len(left)


def test_a_codec_that_is_not_there_is_an_ordinary_error() -> None:
    with pytest.raises(LookupError, match="unknown encoding"):
        run("'x'.encode('no-such-codec')")


def test_a_hook_may_be_a_method_of_class_script() -> None:
    source = "class Script:\n    def process_incoming(self, request): return request['a']\n"
    assert call_hook(source, {"a": 1}) == (1, "")


def test_string_annotations_know_classvar_and_initvar() -> None:
    source = """
from __future__ import annotations
from dataclasses import dataclass, fields, InitVar
from typing import ClassVar
import typing
@dataclass
class A:
    n: ClassVar[int] = 1
    m: typing.ClassVar[int] = 1
    i: InitVar[int] = 2
    x: int = 3
result = [f.name for f in fields(A)]
"""
    assert result(source) == ["x"]


# What these write to is made by themselves, or is judged before.
WRITERS_OF_THEIR_OWN = set("Comment HMAC.copy NamedTuple Sniffer.sniff TypedDict indent lru_cache namedtuple".split())


def codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)


def writes_attributes(function: types.FunctionType) -> bool:
    return any(
        step.opname in ("STORE_ATTR", "DELETE_ATTR") or step.argval in ("setattr", "delattr")
        for code in codes(function.__code__)
        for step in dis.get_instructions(code)
    )


def test_no_function_of_pythons_library_writes_to_whatever_it_is_given() -> None:
    found = set()
    for _, value in reachable():
        function = value.__func__ if isinstance(value, types.MethodType) else value
        ours = isinstance(function, types.FunctionType) and function.__module__.startswith("sandbox.")
        if isinstance(function, types.FunctionType) and not ours and writes_attributes(function):
            found.add(function.__qualname__)
    assert found - WRITERS_OF_THEIR_OWN == set()


def test_samples_of_a_distribution_are_drawn_from_the_calls_own_generator() -> None:
    drawn = "import random, statistics\nrandom.seed(1)\nresult = statistics.NormalDist(5, 2).samples(3)\n"
    assert result(drawn) == result(drawn)
    assert result(
        "import statistics\nresult = statistics.NormalDist(5, 2).samples(3, seed=2)"
    ) == statistics.NormalDist(5, 2).samples(3, seed=2)


def test_methods_that_write_to_self_take_instances_of_their_class_and_of_the_scripts_subclasses() -> None:
    assert result(
        "import calendar, csv, difflib, io, random\n"
        "class Mine(calendar.TextCalendar):\n    pass\n"
        "mine = Mine()\nmine.setfirstweekday(3)\nmine.firstweekday += 1\n"
        "matcher = difflib.SequenceMatcher(None, 'ab', 'ac')\nmatcher.set_seqs('abc', 'abd')\n"
        "reader = csv.DictReader(io.StringIO('1,2'))\nreader.fieldnames = ['a', 'b']\n"
        "dice = random.Random(1)\nkept = dice.getstate()\nfirst = dice.gauss(0, 1)\ndice.setstate(kept)\n"
        "result = [mine.firstweekday, isinstance(mine, calendar.Calendar), round(matcher.ratio(), 2), matcher.b, list(reader),"
        " first == dice.gauss(0, 1), calendar.Calendar(2).firstweekday, isinstance(random.SystemRandom(), random.Random)]"
    ) == [4, True, 0.67, "abd", [{"a": "1", "b": "2"}], True, 2, True]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("operator.attrgetter('x')()", "attrgetter"),
        ("operator.methodcaller('x')()", "methodcaller"),
        ("functools.wraps(len)()", "wraps"),
        ("dataclasses.dataclass(order=True)()", "dataclass"),
    ],
)
def test_what_the_library_gives_back_speaks_under_the_librarys_name(call: str, name: str) -> None:
    with pytest.raises(TypeError, match=rf"^{name}\(\) missing 1 required positional argument"):
        run(f"import dataclasses, functools, operator\n{call}")
