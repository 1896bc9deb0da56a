# family: tricks
# source: expressions hide in unusual places
# expect: rejected eval
def process_incoming(request):
    return [1][eval("0"):]
