# feature: print with several values, separators and ends
# request: {}
# expect: null

def process_incoming(request):
    print("a", 1, None)
    print("b", "c", sep="-", end="")
    print("!")
    print()
    print("x\ny", flush=True)
    for name in ("p",):
        print(f"{name=}")
    return None
