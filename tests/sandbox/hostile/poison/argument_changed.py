# family: poison
# source: arguments are fresh copies
# expect: completed 1
# calls: 2
def process_incoming(request):
    request["list"].append(1)
    return len(request["list"])
