# family: attributes
# source: super objects forward dunder reads
# expect: rejected dunder
def process_incoming(request):
    return str(super(str, "x").__class__)
