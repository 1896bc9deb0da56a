# family: imports
# source: builtins as a mapping
# expect: rejected private-name
def process_incoming(request):
    return str(__builtins__["__import__"]("os"))
