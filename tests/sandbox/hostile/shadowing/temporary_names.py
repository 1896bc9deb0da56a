# family: shadowing
# source: names the transformer makes up
# expect: rejected private-name
def process_incoming(request):
    _tmp1 = 1
