# family: attributes
# source: format strings as a getattr
# expect: raised AttributeError
def process_incoming(request):
    return "{0.__class__.__base__}".format(())
