# family: attributes
# source: a guard as a magic method is the same guard
# expect: raised AttributeError
def process_incoming(request):
    class Made:
        __call__ = getattr
        __getitem__ = getattr
    return str(Made()["__class__"])
