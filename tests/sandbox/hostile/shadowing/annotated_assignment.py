# family: shadowing
# source: guards are names
# expect: rejected private-name
def process_incoming(request):
    _write_: object = lambda obj: obj
