# feature: match on sequences, mappings, nested captures, class patterns
# request: {}
# expect: ["empty", "one 1", "1..3", "push main ['a']", "number 1.5", "text hi", "odd True", "pair 1 2", "dict", "none", "dict"]

def kind(x):
    match x:
        case []:
            return "empty"
        case [one]:
            return f"one {one}"
        case [first, *_, {"last": last}]:
            return f"{first}..{last}"
        case {"type": "push", "ref": str(ref), **rest}:
            return f"push {ref} {sorted(rest)}"
        case {"n": int() | float() as n}:
            return f"number {n}"
        case str(text):
            return "text " + text
        case (bool() | bytes()) as b:
            return f"odd {b}"
        case tuple((a, b)):
            return f"pair {a} {b}"
        case dict():
            return "dict"
    return "none"

def process_incoming(request):
    xs = [[], [1], [1, 2, {"last": 3}], {"type": "push", "ref": "main", "a": 1}, {"n": 1.5}, "hi", True, (1, 2), {"z": 1}, 5, {"type": "push", "ref": 5}]
    return [kind(x) for x in xs]
