# family: attributes
# source: the classic walk; RestrictedPython's own tests
# expect: rejected dunder
def process_incoming(request):
    return [k for k in ().__class__.__base__.__subclasses__()]
