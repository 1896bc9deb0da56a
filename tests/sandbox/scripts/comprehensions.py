# feature: list, set, dict, nested, conditional, with walrus
# request: {"rows": [{"n": 1, "tags": ["a", "b"]}, {"n": 2, "tags": []}, {"n": 3, "tags": ["b"]}]}
# expect: [{"a": [1], "b": [1, 3]}, [[1, 0], [2, 0], [2, 1]], [0, 1, 2], [4, 9], {"a": 1, "b": 2}]

def process_incoming(request):
    rows = request["rows"]
    by_tag = {t: [r["n"] for r in rows if t in r["tags"]] for r in rows for t in r["tags"]}
    flat = [(i, j) for i in range(3) if i for j in range(i)]
    big = [y for r in rows if (y := r["n"] ** 2) > 2]
    return [by_tag, flat, sorted({len(r["tags"]) for r in rows}), big, {k: v for k, v in zip("ab", (1, 2))}]
