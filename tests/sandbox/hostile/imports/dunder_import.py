# family: imports
# source: __import__ as a builtin
# expect: rejected import
def process_incoming(request):
    return str(__import__("os"))
