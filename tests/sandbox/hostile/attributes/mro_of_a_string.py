# family: attributes
# source: the classic walk
# expect: rejected dunder
def process_incoming(request):
    return "".__class__.__mro__[-1].__subclasses__()
