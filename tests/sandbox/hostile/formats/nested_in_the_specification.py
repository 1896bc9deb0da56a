# family: formats
# source: the specification is itself a format
# expect: raised AttributeError
def process_incoming(request):
    return "{0:{1.__class__}}".format("x", 1)
