# family: attributes
# source: __get__ binds what guards hide
# expect: rejected dunder
def process_incoming(request):
    return str(str.join.__get__("x"))
