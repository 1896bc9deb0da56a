# family: attributes
# source: a builtin's __self__ is the builtins module
# expect: rejected dunder
def process_incoming(request):
    return str(len.__self__)
