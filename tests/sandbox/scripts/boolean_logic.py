# feature: and, or, not, chained comparisons, conditional expressions, in, is
# request: {}
# expect: [0, "d", false, true, "big", true, true, true]

def process_incoming(request):
    x = 5
    return [x and 0, 0 or "d", not x, 1 < x <= 5 != 6, "big" if x > 3 else "small", x in (1, 5), "a" not in "bc", None is None]
