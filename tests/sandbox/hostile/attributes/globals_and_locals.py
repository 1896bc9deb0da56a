# family: attributes
# source: globals() holds the guards
# expect: rejected globals
def process_incoming(request):
    globals()["_getattr_"] = lambda obj, name: obj
    return locals()
