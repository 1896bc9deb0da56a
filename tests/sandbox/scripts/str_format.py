# feature: positional, named, items, conversions, nested widths, format_map
# request: {}
# expect: ["1 2", "b a b", "    z|'z'", "ann y", "a   |", "3.14", "{} 5", "ann", "1,000,000,000", " None  |", "one"]

def process_incoming(request):
    data = {"user": {"name": "ann", "tags": ["x", "y"]}, "n": 5}
    return [
        "{} {}".format(1, 2), "{1} {0} {1}".format("a", "b"), "{name:>5}|{name!r}".format(name="z"), "{0[user][name]} {0[user][tags][1]}".format(data),
        "{:{}}|".format("a", 4), "{:.{p}f}".format(3.14159, p=2), "{{}} {n}".format(**data), "{user[name]}".format_map(data), "{:,}".format(10**9), "{!s:^7}|".format(None), "{0[²]}".format({"²": "one"}),
    ]
