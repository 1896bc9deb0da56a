# family: shadowing
# source: identifiers are normalised by the parser
# expect: rejected inspect-attribute
def process_incoming(request):
    return (x for x in []).𝐠𝐢_frame
