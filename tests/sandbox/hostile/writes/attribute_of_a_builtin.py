# family: writes
# source: builtins are shared
# expect: raised TypeError
def process_incoming(request):
    print.escaped = 1
