# family: frames
# source: code objects make any code run
# expect: rejected dunder
def process_incoming(request):
    def other():
        return 1
    process_incoming.__code__ = other.__code__
    return 1
