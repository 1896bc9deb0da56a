# family: writes
# source: exception classes are shared
# expect: raised TypeError
def process_incoming(request):
    ValueError.escaped = 1
