# family: attributes
# source: type() gives the class and its attributes
# expect: rejected type
def process_incoming(request):
    return str(type(request))
