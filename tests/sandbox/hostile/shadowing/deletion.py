# family: shadowing
# source: a deleted guard is looked up elsewhere
# expect: rejected private-name
def process_incoming(request):
    del _getattr_
