# family: shadowing
# source: patterns bind names
# expect: rejected private-name
def process_incoming(request):
    match 1:
        case _getattr_:
            pass
