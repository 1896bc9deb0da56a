# family: attributes
# source: safer_getattr returned the default once
# expect: raised AttributeError
def process_incoming(request):
    return str(getattr((), "__class__", "escaped"))
