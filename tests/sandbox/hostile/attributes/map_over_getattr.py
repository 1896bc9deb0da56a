# family: attributes
# source: builtins handed to builtins
# expect: raised AttributeError
def process_incoming(request):
    return str(list(map(getattr, [()], ["__class__"])))
