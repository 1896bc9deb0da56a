# family: poison
# source: a failed call leaves the interpreter deep
# expect: completed 1
# calls: 2
def process_incoming(request):
    def deeper():
        return deeper()
    try:
        deeper()
    except RecursionError:
        return 1
