# feature: fields, defaults, order, frozen, post init, asdict, replace, inheritance
# request: {}
# expect: ["Author(name='ann', email='')", {"sort": -5, "id": "fedcba", "author": {"name": "bob", "email": ""}, "files": ["f", "g"], "n": 5}, ["ann", ""], true, true, true, true, true, ["a", "b"], 2, -9, "abc", "Child(name='x', email='', age=3)", true]

from dataclasses import asdict, astuple, dataclass, field, fields, replace, FrozenInstanceError

@dataclass
class Author:
    name: str
    email: str = ""

@dataclass(order=True)
class Commit:
    sort: int = field(init=False, repr=False)
    id: str
    author: Author
    files: list[str] = field(default_factory=list)
    n: int = 1

    def __post_init__(self):
        self.sort = -self.n

    def short(self):
        return self.id[:3]

@dataclass(frozen=True)
class Fixed:
    x: int

@dataclass(slots=True, kw_only=True)
class Slim:
    a: int
    b: int = 2

@dataclass
class Child(Author):
    age: int = 0

def process_incoming(request):
    a, b = Commit("abcdef", Author("ann"), n=1), Commit("fedcba", Author("bob"), ["f"], 5)
    b.files.append("g")
    try:
        Fixed(1).x = 2
        frozen = False
    except FrozenInstanceError:
        frozen = True
    except TypeError:
        frozen = True
    return [repr(a.author), asdict(b), astuple(a.author), b < a, a == Commit("abcdef", Author("ann")), frozen, Fixed(1) == Fixed(1), hash(Fixed(1)) == hash(Fixed(1)),
            [f.name for f in fields(Slim)], Slim(a=1).b, replace(a, n=9).sort, a.short(), repr(Child("x", age=3)), sorted([a, b])[0] is b]
