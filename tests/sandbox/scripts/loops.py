# feature: for and while with else, break, continue, nested, tuple targets, starred targets
# request: {}
# expect: [[[0, 1, [2, 3]], [1, 4, []], "else"], -1, 0, [1, 2, 3], 4, 2, 1, 3, [1]]

def process_incoming(request):
    out = []
    for i, (a, *rest) in enumerate([(1, 2, 3), (4,)]):
        out.append([i, a, rest])
    for n in range(10):
        if n % 2:
            continue
        if n > 6:
            break
    else:
        out.append("never")
    while n:
        n -= 3
        if n < 0:
            break
    else:
        out.append("zero")
    for x in []:
        pass
    else:
        out.append("else")
    first, *middle, last = range(5)
    (a, b), c = (1, 2), 3
    a, b = b, a
    x = y = []
    y.append(1)
    return [out, n, first, middle, last, a, b, c, x]
