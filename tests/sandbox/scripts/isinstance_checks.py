# feature: isinstance and issubclass with tuples, bool is int, unions
# request: {}
# expect: [true, true, true, true, false]

def process_incoming(request):
    return [isinstance(True, int), isinstance("a", (int, str)), issubclass(bool, int), isinstance(None, int | None), isinstance({}, list)]
