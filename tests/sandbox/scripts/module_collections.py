# feature: Counter, defaultdict, deque, OrderedDict, namedtuple, ChainMap
# request: {}
# expect: [[["n", 4], ["a", 3]], {"a": [1]}, {"x": 5}, [3, 0, 2], ["b", "a"], 1, [1, 0], "Point(x=1, y=0)", 1, ["a", "b", "c"], [["a", 3]], 10]

from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple

Point = namedtuple("Point", "x y", defaults=[0])

def process_incoming(request):
    c = Counter("banana")
    c.update("nn")
    c["z"] += 2
    d = defaultdict(list)
    d["a"].append(1)
    n = defaultdict(int)
    n["x"] += 5
    q = deque([1, 2, 3], maxlen=3)
    q.append(4)
    q.appendleft(0)
    q.rotate(1)
    o = OrderedDict(a=1, b=2)
    o.move_to_end("a")
    p = Point(1)
    m = ChainMap({"a": 1}, {"a": 2, "b": 3})
    m["c"] = 5
    return [c.most_common(2), dict(d), dict(n), list(q), list(o), p.x + p.y, list(p), repr(p), m["a"], sorted(m), (c - Counter("n")).most_common(1), c.total()]
