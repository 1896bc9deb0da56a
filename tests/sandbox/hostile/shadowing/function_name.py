# family: shadowing
# source: guards are names
# expect: rejected private-name
def process_incoming(request):
    def _getattr_(obj, name):
        return obj
