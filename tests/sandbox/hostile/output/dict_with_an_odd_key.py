# family: output
# source: keys are compared and hashed by the host
# expect: raised BadResult
def process_incoming(request):
    class Key(str):
        pass
    return {Key("x"): 1}
