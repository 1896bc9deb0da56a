# family: tricks
# source: format strings nest expressions
# expect: rejected dunder
def process_incoming(request):
    return f"{f'{request.__class__}'}"
