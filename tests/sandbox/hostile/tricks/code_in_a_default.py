# family: tricks
# source: expressions hide in unusual places
# expect: rejected dunder
def process_incoming(request):
    def other(value=().__class__):
        return value
