# family: shadowing
# source: guards are names
# expect: rejected private-name
def process_incoming(request):
    class _getattr_:
        pass
