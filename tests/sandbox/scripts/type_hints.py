# feature: typing names in annotations, evaluated
# request: {}
# expect: [1, 5, 3, 7, -4, [3, -4], true, "5", {"name": "x"}]

from typing import Any, Callable, ClassVar, Dict, Generic, Iterable, List, Literal, NamedTuple, Optional, Tuple, TypedDict, TypeVar, Union, cast

T = TypeVar("T")
Handler = Callable[[Dict[str, Any]], Optional[str]]

class Event(TypedDict, total=False):
    name: str
    count: int

class Point(NamedTuple):
    x: int
    y: int = 0

    def norm(self) -> int:
        return abs(self.x) + abs(self.y)

class Box(Generic[T]):
    limit: ClassVar[int] = 3

    def __init__(self, item: T) -> None:
        self.item = item

    def get(self) -> T:
        return self.item

def first(xs: Iterable[T], mode: Literal["a", "b"] = "a") -> Union[T, None]:
    return next(iter(xs), None)

def process_incoming(request: Dict[str, Any]) -> List[Tuple[int, str]]:
    p = Point(3, -4)
    e: Event = {"name": "x"}
    return [first([1, 2]), Box[int](5).get(), Box.limit, p.norm(), p.y, list(p), p == (3, -4), cast(int, "5"), e]
