# feature: annotations of every form are kept out of the way
# request: {}
# expect: [[1, 1], 3, 5, null]

from __future__ import annotations

LIMIT: int = 3
names: list[str]

class Node:
    value: int
    next: Node | None = None

    def __init__(self, value: int) -> None:
        self.value: int = value

def f(x: Missing, *args: int, y: "also missing" = 1, **kw: dict[str, int]) -> list[Undefined]:
    z: int = x
    w: str
    return [z, y]

def process_incoming(request: dict) -> dict:
    return [f(1), LIMIT, Node(5).value, Node.next]
