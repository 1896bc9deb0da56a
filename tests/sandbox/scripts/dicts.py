# feature: methods, views, merging, ordering, deletion
# request: {}
# expect: [{"c": 3, "d": 4}, 1, ["e", [5]], {"x": 0, "y": 0, "z": 1, "w": 2}, "default", true, ["c", "d"], [["c", 3], ["d", 4]], [3, 4], true, ["w", "z", "y", "x"], {"0": "y", "1": "z", "2": "w"}]

def process_incoming(request):
    d = {"a": 1, **{"b": 2}}
    d.update(c=3)
    d |= {"d": 4}
    d.setdefault("e", []).append(5)
    popped = d.pop("a")
    del d["b"]
    last = d.popitem()
    e = dict.fromkeys("xy", 0) | dict([("z", 1)]) | dict(w=2)
    return [d, popped, last, e, d.get("nope", "default"), "c" in d, list(d), list(d.items()), list(d.values()), d.keys() & {"c"} == {"c"}, list(reversed(e)), {v: k for k, v in e.items()}]
