# feature: all any enumerate filter map max min range reversed sorted sum zip iter next
# request: {}
# expect: [true, false, [[1, 3], [2, 1], [3, 2]], [1], ["3", "1", "2"], 3, 3, [5, 3, 1], [2, 1, 3], [3, 2, 1], 16, [[3, "a"], [1, "b"]], 3, "none", "b", 7, [[1, 3], [2, 4]], [1, 2]]

def process_incoming(request):
    xs = [3, 1, 2]
    it = iter(xs)
    return [
        all(xs), any([]), list(enumerate(xs, 1)), list(filter(None, [0, 1])), list(map(str, xs)), max(xs), min(xs, key=lambda v: -v),
        list(range(5, 0, -2)), list(reversed(xs)), sorted(xs, reverse=True), sum(xs, 10), list(zip(xs, "ab")), next(it), next(iter([]), "none"),
        max("a", "b"), min([], default=7), list(zip(*[(1, 2), (3, 4)])), list(iter(lambda it=it: next(it, None), None)),
    ]
