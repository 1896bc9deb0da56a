# family: shadowing
# source: guards are names
# expect: rejected private-name
def process_incoming(request):
    with request as _getattr_:
        pass
