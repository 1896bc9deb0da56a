# family: attributes
# source: vars() shows what dunders hide
# expect: rejected vars
def process_incoming(request):
    return str(vars(object))
