# family: attributes
# source: safer_getattr bypass by hasattr
# expect: raised AttributeError
def process_incoming(request):
    return hasattr((), "__class__")
