# feature: match on literals, alternatives, None, guards, wildcard
# request: {}
# expect: ["bit", "bit", "minus", "verb", "single", "big", "rare", "rare", "other", "other"]

def kind(x):
    match x:
        case 0 | 1:
            return "bit"
        case -1:
            return "minus"
        case "go" | "run":
            return "verb"
        case None | True:
            return "single"
        case n if isinstance(n, int) and n > 100:
            return "big"
        case 2.5 | b"x":
            return "rare"
        case _:
            return "other"

def process_incoming(request):
    return [kind(x) for x in (0, 1, -1, "run", None, 500, 2.5, b"x", "zzz", 7)]
