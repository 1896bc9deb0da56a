"""Classes made by scripts: what typing, dataclasses and enum must not lead to, in real cells, and not in the next call."""

import pytest

from sandbox import Completed, Raised
from tests.sandbox.cells import Cells

HOOK = "def process_incoming(request):\n"

REFUSED = {
    "type by get_origin": (
        "from typing import Type, get_origin\nimport json\n"
        + HOOK
        + "    return get_origin(Type[int])(json)('x', {})\n"
    ),
    "a facade by get_origin": (
        "from typing import Type, get_origin\nimport json\n"
        + HOOK
        + "    get_origin(Type[int])(json)('json', {'dumps': lambda *a, **k: 'POISONED', 'loads': json.loads})\n"
        "    return json.dumps(1)\n"
    ),
    "a Field of one's own": "from dataclasses import Field\nclass F(Field):\n    pass\n" + HOOK + "    return 1\n",
    "a TypedDict as a dataclass": (
        "from typing import TypedDict\nfrom dataclasses import dataclass\nT = TypedDict('T', {'x y': int})\n"
        "@dataclass\nclass B(T):\n    pass\n" + HOOK + "    return 1\n"
    ),
    "members from a tuple that lies": (
        "from enum import Enum\nclass T(tuple):\n    def __getitem__(self, i):\n        return 'ok'\n"
        + HOOK
        + "    X = Enum('X', [T(('__getattr__', lambda s, n: 42)), ('A', 1)])\n    return X.A.whatever\n"
    ),
    "a base that is no class": (
        "class Odd:\n    def __eq__(self, other):\n        return True\n"
        + HOOK
        + "    class C(Odd()):\n        pass\n    return 1\n"
    ),
}


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED.keys())
def test_what_leads_out_of_a_class_is_refused(cells: Cells, source: str) -> None:
    compiled = cells.run(cells.sandbox.compile(source))
    if not hasattr(compiled, "code"):
        # refused on save already
        return
    for _ in range(2):
        outcome = cells.call(source)
        assert isinstance(outcome, Raised), outcome
        assert outcome.exception in ("TypeError", "ValueError", "ImportError", "AttributeError"), outcome
    after = cells.call("import json\n" + HOOK + "    return json.dumps(1)\n")
    assert isinstance(after, Completed) and after.value == "1"


ORDINARY = {
    "get_origin": ("from typing import List, get_origin\n" + HOOK + "    return get_origin(List[int]) is list\n", True),
    "a generic class": (
        "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass Box(Generic[T]):\n    def __init__(self, x):\n"
        "        self.x = x\nclass Ints(Box[int]):\n    pass\n" + HOOK + "    return Ints(5).x\n",
        5,
    ),
    "a named tuple": (
        "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\n    y: int = 2\n"
        + HOOK
        + "    return P(1).y\n",
        2,
    ),
    "a typed dict": (
        "from typing import TypedDict\nclass D(TypedDict):\n    x: int\n" + HOOK + "    return D(x=1)\n",
        {"x": 1},
    ),
    "a list of one's own": ("class L(list[int]):\n    pass\n" + HOOK + "    return len(L([1, 2]))\n", 2),
    "enum by name": (
        "from enum import Enum\n" + HOOK + "    E = Enum('E', [('A', 1), ('B', 2)])\n    F = Enum('F', 'X Y')\n"
        "    return [E.B.value, F.Y.value, Enum('G', {'Z': 9}).Z.value]\n",
        [2, 2, 9],
    ),
    "a dataclass with defaults": (
        "from dataclasses import dataclass, field\n@dataclass(order=True)\nclass A:\n    x: int\n"
        "    y: list = field(default_factory=list)\n" + HOOK + "    return [A(1) < A(2), A(1).y]\n",
        [True, []],
    ),
}


@pytest.mark.parametrize(("source", "value"), ORDINARY.values(), ids=ORDINARY.keys())
def test_ordinary_classes_are_made_as_ever(cells: Cells, source: str, value: object) -> None:
    outcome = cells.call(source)
    assert isinstance(outcome, Completed), outcome
    assert outcome.value == value
