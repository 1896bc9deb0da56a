# feature: arithmetic, comparison, container and call magic methods
# request: {}
# expect: ["<4, 6>", "Vector(3, 6)", "<-1, -2>", true, true, 2, 2, [2], true, [3, 4], false, 12, "1|2", "3+4", 3, 11, "<5, 5>", true, 1, "<1, 2>"]

class Vector:
    def __init__(self, *parts):
        self.parts = parts

    def __add__(self, other):
        return Vector(*[a + b for a, b in zip(self.parts, other.parts)])

    def __mul__(self, factor):
        return Vector(*[a * factor for a in self.parts])

    def __rmul__(self, factor):
        return self * factor

    def __imul__(self, factor):
        self.parts = tuple(a * factor for a in self.parts)
        return self

    def __neg__(self):
        return self * -1

    def __eq__(self, other):
        return self.parts == other.parts

    def __hash__(self):
        return hash(self.parts)

    def __lt__(self, other):
        return self.parts < other.parts

    def __len__(self):
        return len(self.parts)

    def __getitem__(self, index):
        return self.parts[index]

    def __contains__(self, value):
        return value in self.parts

    def __iter__(self):
        return iter(self.parts)

    def __bool__(self):
        return any(self.parts)

    def __call__(self, x):
        return x + len(self)

    def __str__(self):
        return f"<{', '.join(map(str, self.parts))}>"

    def __repr__(self):
        return f"Vector{self.parts}"

    def __format__(self, spec):
        return spec.join(map(str, self.parts))

    def __abs__(self):
        return sum(abs(p) for p in self.parts)

    def __matmul__(self, other):
        return sum(a * b for a, b in zip(self, other))

def process_incoming(request):
    a, b = Vector(1, 2), Vector(3, 4)
    c = Vector(1, 1)
    c *= 5
    return [
        str(a + b), repr(3 * a), str(-a), a == Vector(1, 2), a < b, len(a), a[1], a[-1:], 4 in b, list(b), bool(Vector(0)), a(10), f"{a:|}",
        "{:+}".format(b), abs(-a), a @ b, str(c), sorted([b, a])[0] is a, len({a, Vector(1, 2)}), "%s" % a,
    ]
