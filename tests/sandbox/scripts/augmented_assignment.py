# feature: every augmented operator on names, items and attributes
# request: {}
# expect: [45, 4.5, {"a": 20, "t": "xxxy"}, 100, [-4, 2, 1, 2]]

class Box:
    def __init__(self):
        self.n = 1
        self.items = [1]

def process_incoming(request):
    n, d, box = 10, {"a": 3, "t": "x"}, Box()
    n += 1
    n -= 2
    n *= 3
    n //= 2
    n **= 2
    n %= 50
    n <<= 2
    n >>= 1
    n |= 8
    n &= 0xFF
    n ^= 3
    f = 9
    f /= 2
    d["a"] += 1
    d["a"] *= 5
    d["t"] *= 3
    d["t"] += "y"
    box.n += 4
    box.n *= 2
    box.n **= 2
    box.items += [2]
    box.items *= 2
    box.items[0] -= 5
    return [n, f, d, box.n, box.items]
