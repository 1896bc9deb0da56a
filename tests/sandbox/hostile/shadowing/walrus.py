# family: shadowing
# source: guards are names
# expect: rejected private-name
def process_incoming(request):
    return [_write_ := 1]
