# feature: tuples, slices as objects, ellipsis
# request: {}
# expect: [[2, 4], [1, 2, 3, 4, 5], [1, 2, 3, 4, 1, 2, 3, 4], 1, "(slice(1, 2, None), Ellipsis, 3)", "slice(None, None, 2)", [1, 4, 2], true]

def process_incoming(request):
    t = (1, 2, 3, 4)
    s = slice(1, None, 2)
    class Grid:
        def __getitem__(self, key):
            return str(key)
    return [t[s], t + (5,), t * 2, t.count(2), Grid()[1:2, ..., 3], Grid()[::2], s.indices(4), (1,) < (1, 0)]
