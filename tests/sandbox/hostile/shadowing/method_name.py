# family: shadowing
# source: a class body is a scope of its own
# expect: rejected private-name
def process_incoming(request):
    class Holder:
        def _write_(obj):
            return obj
