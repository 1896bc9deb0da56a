# family: output
# source: sandbox-facts 5.1
# expect: output-too-large
def process_incoming(request):
    return "x" * 5000000
