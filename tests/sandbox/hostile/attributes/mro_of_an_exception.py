# family: attributes
# source: mro() has no underscore
# expect: raised AttributeError
def process_incoming(request):
    return str(ValueError.mro())
