# family: shadowing
# source: __builtins__ is looked up in the globals
# expect: rejected private-name
def process_incoming(request):
    __builtins__ = {}
