# family: attributes
# source: dir() lists what to look for
# expect: rejected dir
def process_incoming(request):
    return dir(request)
