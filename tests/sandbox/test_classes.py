"""Classes made by scripts, in real cells: typing, dataclasses and enum as ever (what they must not lead to: `hostile/`)."""

import pytest

from sandbox import Completed
from tests.sandbox.cells import Cells

HOOK = "def process_incoming(request):\n"

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
