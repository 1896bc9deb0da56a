# family: classes
# source: PEP 798
# expect: rejected syntax
def process_incoming(request):
    return [*x for x in [[1]]]
