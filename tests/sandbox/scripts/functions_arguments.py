# feature: positional-only, keyword-only, star arguments, unpacking in calls
# request: {}
# expect: [[1, 2, 3, [], 4, 5, {}], [1, 2, 3, [4], 9, 5, {"z": 0}], [1, 2, 3, [], 1, 2, {"y": 3}], [2, ["x"]]]

def f(a, b=2, /, c=3, *rest, d, e=5, **more):
    return [a, b, c, list(rest), d, e, more]

def process_incoming(request):
    args, kwargs = (1, 2, 3, 4), {"d": 9, "z": 0}
    return [f(1, d=4), f(*args, **kwargs), f(*[1], *(2,), d=1, **{"e": 2}, y=3), (lambda *a, **k: [len(a), sorted(k)])(1, 2, x=3)]
