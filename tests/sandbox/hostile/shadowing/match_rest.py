# family: shadowing
# source: patterns bind names
# expect: rejected private-name
def process_incoming(request):
    match {}:
        case {**_getattr_}:
            pass
