from typing import Any

import pytest

from sandbox import guards, library
from sandbox.library.facade import FACADES
from tests.sandbox.scripting import result, run

# Each script tries to take something; what it gets is the exception named here, which it could catch.
TAKING = [
    ("getattr(1, '__class__')", AttributeError),
    ("getattr(1, '__class__', None)", AttributeError),
    ("hasattr(1, '__class__')", AttributeError),
    ("getattr(1, '_x', 5)", AttributeError),
    ("getattr((x for x in []), 'gi_frame')", AttributeError),
    ("class S(str):\n    def startswith(self, *a): return False\ngetattr(1, S('__class__'))", TypeError),
    ("list(map(getattr, [1], ['__class__']))", AttributeError),
    ("import operator\noperator.attrgetter('__class__')(1)", AttributeError),
    ("import operator\noperator.attrgetter('real.__class__')(1)", AttributeError),
    ("import operator\noperator.methodcaller('__repr__')(1)", AttributeError),
    ("import operator\noperator.attrgetter('format')('{0.__class__}')(1)", AttributeError),
    ("import operator\noperator.methodcaller('format', 1)('{0.__class__}')", AttributeError),
    ("import functools\nfunctools.partial(getattr, 1)('__class__')", AttributeError),
    ("import functools\nfunctools.reduce(getattr, ['__class__', '__base__'], 1)", AttributeError),
    ("'{0.__class__}'.format(1)", AttributeError),
    ("'{0.real}'.format(1)", AttributeError),
    ("'{0[0].x}'.format([1])", AttributeError),
    ("'{x.__class__}'.format_map({'x': 1})", AttributeError),
    ("'{:{0.__class__}}'.format(1)", AttributeError),
    ("'{0:{1.__class__}}'.format(1, 2)", AttributeError),
    ("str.format('{0.__class__}', 1)", AttributeError),
    ("str.format_map('{x.__class__}', {'x': 1})", AttributeError),
    ("list(map(str.format, ['{0.__class__}'], [1]))", AttributeError),
    ("getattr('{0.__class__}', 'format')(1)", AttributeError),
    ("getattr(str, 'format')('{0.__class__}', 1)", AttributeError),
    ("f = '{0.__class__}'.format\nf(1)", AttributeError),
    ("class S(str): pass\nS('{0.__class__}').format(1)", AttributeError),
    ("class S(str): pass\nS.format('{0.__class__}', 1)", AttributeError),
    ("class S(str):\n    def go(self): return super().format(1)\nS('{0.__class__}').go()", AttributeError),
    ("class S(str):\n    def go(self): return getattr(super(), 'format')(1)\nS('{0.__class__}').go()", AttributeError),
    ("class S(str):\n    pass\nsuper(S, S('{0.__class__}')).format(1)", AttributeError),
    ("class S(str):\n    run = str.format\nS('{0.__class__}').run(1)", AttributeError),
    ("try:\n    (1).nothing\nexcept AttributeError as e:\n    e.obj", AttributeError),
    ("try:\n    (1).nothing\nexcept AttributeError as e:\n    getattr(e, 'obj')", AttributeError),
    (
        "class R:\n    def __radd__(self, other): pass\ntry:\n    (1).x\nexcept AttributeError as e:\n    e.obj += R()",
        AttributeError,
    ),
    ("ValueError.mro()", AttributeError),
    ("class A: pass\nA.mro()", AttributeError),
    ("list[int].mro()", AttributeError),
    ("import typing\ntyping.List[int].mro()", AttributeError),
    (
        "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass E(Exception, Generic[T]): pass\nE[int].mro()",
        AttributeError,
    ),
    (
        "from typing import Generic, TypeVar\nclass E(Exception, Generic[TypeVar('T')]): pass\nE[int].with_traceback",
        AttributeError,
    ),
    ("AttributeError.obj", AttributeError),
    ("class E(AttributeError):\n    got = AttributeError.obj", AttributeError),
    ("ValueError().with_traceback(None)", AttributeError),
    ("Exception.with_traceback(ValueError(), None)", AttributeError),
    ("import typing\nclass A: pass\ntyping.Hashable.register(A)", AttributeError),
    ("import typing\nclass A: pass\ntyping.Protocol.register(A)", AttributeError),
    ("from dataclasses import dataclass\n@dataclass(init=False)\nclass S(str):\n    format: int", TypeError),
    ("from dataclasses import dataclass\nfrom collections import Counter\ndataclass(Counter)", TypeError),
    ("from functools import total_ordering\nfrom decimal import Decimal\ntotal_ordering(Decimal)", TypeError),
    ("from enum import Enum\nEnum('E', {'__getattr__': 1})", ValueError),
    ("from enum import Enum\nEnum('E', names={'_missing_': 1})", ValueError),
    ("from enum import Enum\nEnum('E', [('__reduce_ex__', 1)])", ValueError),
    ("from enum import Enum\nEnum('E', '__del__')", ValueError),
    ("from collections import namedtuple\nnamedtuple('P', '__class__ x')", ValueError),
    ("from typing import NamedTuple\nNamedTuple('P', [('_x', int)])", ValueError),
]


@pytest.mark.parametrize(("source", "error"), TAKING)
def test_what_is_out_of_reach_raises_an_ordinary_exception(source: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        run(source)
    assert not any(guard in str(caught.value).split() for guard in ("_getattr_", "guarded_attribute", "script_getattr"))


WRITING = [
    "import json\njson.dumps = 1",
    "import json\ndel json.dumps",
    "import json\njson.dumps.x = 1",
    "import json as j\nj.new = 1",
    "import urllib.parse\nurllib.parse = 1",
    "import collections\ncollections.Counter.update = 1",
    "from collections import Counter\nCounter.update += 1",
    "from datetime import datetime\ndatetime.now = 1",
    "from enum import Enum\nEnum.x = 1",
    "from decimal import Decimal\nDecimal.x = 1",
    "from string import Template\nTemplate.delimiter = 'x'",
    "from textwrap import TextWrapper\nTextWrapper.unicode_whitespace_trans[1] = 2",
    "from re import compile\ncompile('(?P<a>x)').groupindex['a'] = 1",
    "from functools import wraps\nwraps.x = 1",
    "from random import Random\nRandom.random = 1",
    "ValueError.x = 1",
    "str.x = 1",
    "len.x = 1",
    "print.x = 1",
    "getattr.x = 1",
    "'abc'[0] = 'x'",
    "(1, 2)[0] = 3",
    "x = (i for i in [])\nx.a = 1",
    "from operator import setitem\nfrom re import compile\nsetitem(compile('(?P<a>x)').groupindex, 'a', 1)",
    "for print.x in [1]: pass",
    "import json\n[json.x] = [1]",
]


@pytest.mark.parametrize("source", WRITING)
def test_nothing_of_the_library_can_be_written_to(source: str) -> None:
    with pytest.raises(TypeError):
        run(source)


@pytest.mark.parametrize(
    "source",
    [
        "class A: pass\na = A()\na.x = 5\nresult = a.x",
        "class A:\n    n = 0\nA.n += 5\nresult = A.n",
        "class A(dict): pass\na = A()\na['x'] = 5\nresult = a['x']",
        "from collections import OrderedDict\nx = OrderedDict()\nx['a'] = 4\nx['a'] += 1\nresult = x['a']",
        "from collections import Counter\nx = Counter()\nx['a'] += 5\nresult = x['a']",
        "from collections import deque\nx = deque([1, 2])\nx[0] = 5\nresult = x[0]",
        "def f(): return 5\nf.calls = 5\nresult = f.calls",
        "e = ValueError()\ne.code = 5\nresult = e.code",
        "from xml.etree.ElementTree import Element\nx = Element('a')\nx.text = '5'\nresult = int(x.text)",
        "b = bytearray(b'123')\nb[0] = 5\nresult = b[0]",
        "from dataclasses import dataclass\n@dataclass(slots=True)\nclass A:\n    x: int\na = A(1)\na.x = 5\nresult = a.x",
        "from decimal import getcontext\ngetcontext().prec = 5\nresult = getcontext().prec",
        "from enum import Enum\nE = Enum('E', 'A B')\nE.A.note = 5\nresult = E.A.note",
        "from collections import namedtuple\nclass P(namedtuple('P', 'x y')): pass\np = P(1, 2)\np.z = 5\nresult = p.z",
    ],
)
def test_what_the_script_made_can_be_written_to(source: str) -> None:
    assert result(source) == 5


def test_a_class_of_an_earlier_call_is_no_longer_the_scripts() -> None:
    made: Any = run("class A: pass")["A"]
    assert not guards.script_classes
    with pytest.raises(TypeError):
        guards.guarded_write(made)


def test_every_guarded_attribute_has_a_rule() -> None:
    library.end()
    assert set(guards.ATTRIBUTE_RULES) == guards.GUARDED_ATTRIBUTES


def test_the_guards_themselves_are_not_importable() -> None:
    for name in ("sandbox", "sandbox.guards", "script", "builtins", "sys", "os", "RestrictedPython", "urllib.request"):
        with pytest.raises(ImportError):
            run(f"try:\n    import {name}\nfinally: pass")


def test_submodules_of_python_are_not_reached_through_import_from() -> None:
    for source in ("from urllib import request", "from email import message", "from xml.etree import ElementPath"):
        with pytest.raises(ImportError, match="cannot import"):
            run(f"try:\n    {source}\nfinally: pass")


def test_a_facade_takes_no_writes_and_has_no_name() -> None:
    facade = FACADES["json"]
    with pytest.raises(TypeError):
        facade.dumps = 1
    with pytest.raises(TypeError):
        del facade.dumps
    assert not hasattr(facade, "__name__")


def test_errors_of_guards_can_be_caught_by_the_script() -> None:
    source = "try:\n    getattr(1, '__class__')\nexcept AttributeError as error:\n    result = str(error)"
    assert result(source).startswith("x.__class__ is not available. Write isinstance")


def test_the_class_of_the_clock_cannot_be_named_through_a_context_manager() -> None:
    # __exit__ is given the class; it can keep it, but the class tells nothing and the clock strikes twice.
    names = run(
        "seen = []\nclass C:\n    def __enter__(self): return self\n    def __exit__(self, *a): seen.append(a[0])\n"
        "def f(g):\n    with C():\n        g()\n"
    )

    def tick() -> None:
        raise guards.TimeLimit

    with pytest.raises(guards.TimeLimit):
        names["f"](tick)


STRIKES = [
    "sorted([1, 2], key=tick)",
    "list(map(tick, [1]))",
    "getattr(Prop(), 'x', None)",
    "hasattr(Prop(), 'x')",
    "f'{Prop()}'",
    "'{}'.format(Prop())",
    "'{x}'.format_map(Prop())",
    "'%s' % Prop()",
    "print(Prop())",
    "'x' * Prop()",
    "Prop() * 2",
    "2 ** Prop()",
    "operator.attrgetter('x')(Prop())",
    "operator.methodcaller('x')(Prop())",
    "json.dumps(object(), default=tick)",
    "json.loads('{}', object_hook=tick)",
    "re.sub('a', tick, 'a')",
    "re.compile('a').sub(tick, 'a')",
    "functools.reduce(tick, [1, 2])",
    "functools.lru_cache(tick)(1)",
    "collections.defaultdict(tick)['a']",
    "list(csv.reader(Prop()))",
    "csv.writer(Prop()).writerow([1])",
    "math.prod(Prop())",
    "random.shuffle(Prop())",
    "random.choice(Prop())",
    "statistics.mean(Prop())",
    "textwrap.wrap(Prop())",
    "enum.Enum('E', Prop())",
    "string.Template('$x').safe_substitute(Prop())",
    "html.escape(Prop())",
    "itertools.starmap(tick, [()])",
    "max([1, 2], key=tick)",
    "int(Prop())",
    "Prop() == 1",
    "Prop() in [1]",
]


@pytest.mark.parametrize("expression", STRIKES)
def test_the_clock_is_heard_through_every_guard_and_facade(expression: str) -> None:
    modules = "collections copy csv dataclasses difflib enum functools html itertools json math operator random re "
    source = f"""
import {", ".join((modules + "statistics string textwrap").split())}
def tick(*args):
    strike()
    return 0
class Prop:
    @property
    def x(self): tick()
    def __str__(self): return tick()
    def __format__(self, spec): return tick()
    def __getitem__(self, key): return tick()
    def __index__(self): return tick()
    def __int__(self): return tick()
    def __len__(self): return tick()
    def __iter__(self): return tick()
    def __mul__(self, other): return tick()
    def __rmul__(self, other): return tick()
    def __rpow__(self, other): return tick()
    def __eq__(self, other): return tick()
    def __hash__(self): return tick()
    def write(self, text): tick()
    def replace(self, *args): tick()
    def expandtabs(self, *args): tick()
def go(strike_now):
    global strike
    strike = strike_now
    try:
        value = {expression}
        if isinstance(value, (itertools.starmap, map)): list(value)
    except:
        return "swallowed"
    return "quiet"
"""
    names = run(source)

    def strike() -> None:
        raise guards.TimeLimit

    with pytest.raises(guards.TimeLimit):
        names["go"](strike)
