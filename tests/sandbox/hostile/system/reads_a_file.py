# family: system
# source: the consequence every escape wants
# expect: rejected open
def process_incoming(request):
    return open(request["file"]).read()
