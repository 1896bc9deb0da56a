# family: shadowing
# source: a class body is a scope of its own
# expect: rejected private-name
def process_incoming(request):
    class Holder:
        _write_ = 1
        len.x = 1
