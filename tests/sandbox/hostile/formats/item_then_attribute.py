# family: formats
# source: AccessControl SafeFormatter, issue 50
# expect: raised AttributeError
def process_incoming(request):
    return "{0[0].__class__}".format([1])
