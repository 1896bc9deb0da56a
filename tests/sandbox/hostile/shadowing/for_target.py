# family: shadowing
# source: guards are names
# expect: rejected private-name
def process_incoming(request):
    for _getattr_ in [1]:
        pass
