# family: output
# source: sandbox-facts 5.1
# expect: output-too-large
def process_incoming(request):
    return [0] * 100000
