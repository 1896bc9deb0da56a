# feature: itemgetter, attrgetter, methodcaller and the operators
# request: {}
# expect: ["a", ["a", "c"], 5, [2, 1], "A", "bb", 3, "aaa", 32, true, 0.5, {"k": 1}, [1, 2], [1, 1], -3, "4"]

import operator
from operator import attrgetter, itemgetter, methodcaller

class P:
    def __init__(self, x, inner=None):
        self.x, self.inner = x, inner

def process_incoming(request):
    rows = [{"n": 2, "s": "b"}, {"n": 1, "s": "a"}]
    d = {}
    operator.setitem(d, "k", 1)
    return [sorted(rows, key=itemgetter("n"))[0]["s"], itemgetter(0, 2)("abc"), attrgetter("x")(P(5)), attrgetter("inner.x", "x")(P(1, P(2))), methodcaller("upper")("a"), methodcaller("replace", "a", "b")("aa"), operator.add(1, 2), operator.mul("a", 3), operator.pow(2, 5), operator.contains([1], 1), operator.truediv(1, 2), d, operator.iadd([1], [2]), operator.imul([1], 2), operator.neg(3), operator.mod("%d", 4)]
