# feature: members, values, lookup, iteration, auto, methods, IntEnum, StrEnum, Flag
# request: {}
# expect: ["#f00", "GREEN", true, ["Red", "Green"], true, 2, "HIGH", "push", "push", "1", "Color.RED", "<Color.RED: '#f00'>", 3, true, 2, 2, true, true, 1, "'nope' is not a valid Color", true]

from enum import Enum, Flag, IntEnum, StrEnum, auto, unique

@unique
class Color(Enum):
    RED = "#f00"
    GREEN = "#0f0"

    @property
    def label(self):
        return self.name.title()

    @classmethod
    def default(cls):
        return cls.RED

class Level(IntEnum):
    LOW = 1
    HIGH = 3

class Kind(StrEnum):
    PUSH = auto()

class Perm(Flag):
    R = auto()
    W = auto()

Shape = Enum("Shape", "SQUARE CIRCLE")

def process_incoming(request):
    try:
        Color("nope")
    except ValueError as error:
        message = str(error)
    return [Color.RED.value, Color("#0f0").name, Color["RED"] is Color.default(), [c.label for c in Color], Level.HIGH > Level.LOW, Level.LOW + 1, max(Level).name,
            Kind.PUSH, f"{Kind.PUSH}", str(Level.LOW), str(Color.RED), repr(Color.RED), (Perm.R | Perm.W).value, Perm.R in (Perm.R | Perm.W), len(Color), Shape.CIRCLE.value,
            isinstance(Color.RED, Color), Color.RED == Color.RED, {Color.RED: 1}[Color.RED], message, Color.GREEN in Color]
