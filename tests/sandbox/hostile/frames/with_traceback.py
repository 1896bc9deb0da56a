# family: frames
# source: sandbox-facts 6.2: exceptions take foreign tracebacks
# expect: raised AttributeError
def process_incoming(request):
    return str(ValueError("x").with_traceback(None))
