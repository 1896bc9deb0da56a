# family: poison
# source: the codec registry keeps failures
# expect: completed "LookupError"
# calls: 2
def process_incoming(request):
    try:
        "x".encode("no-such-codec-" + "x" * 50)
    except LookupError:
        return "LookupError"
