# family: shadowing
# source: guards are names
# expect: rejected private-name
def process_incoming(request):
    return [1 for _getattr_ in [1]]
