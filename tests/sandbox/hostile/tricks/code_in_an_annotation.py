# family: tricks
# source: expressions hide in unusual places
# expect: rejected dunder
def process_incoming(request):
    value: ().__class__ = 1
