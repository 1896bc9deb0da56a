# feature: protocols that are asked at run time
# request: {}
# expect: [true, false, [1, 4]]

from typing import Protocol, runtime_checkable


@runtime_checkable
class HasArea(Protocol):
    def area(self) -> int: ...


class Square:
    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side**2


def process_incoming(request):
    shapes: list[HasArea] = [Square(1), Square(2)]
    return [isinstance(Square(3), HasArea), isinstance("text", HasArea), [shape.area() for shape in shapes]]
