# feature: set and frozenset operations
# request: {}
# expect: [[2, 3, 4, 5, 7], [3], [2, 5, 7], [2, 4, 5, 7], true, true, 1, [0, 3, 4], true]

def process_incoming(request):
    a, b = {1, 2, 3}, {3, 4}
    a.add(5)
    a.discard(9)
    a.remove(1)
    a |= {7}
    return [sorted(a | b), sorted(a & b), sorted(a - b), sorted(a ^ b), {3} <= a, a.isdisjoint({9}), len(frozenset([1, 1])), sorted({*b, 0}), frozenset({1}) in {frozenset({1})}]
