# family: classes
# source: positional patterns read __match_args__
# expect: rejected match-class
def process_incoming(request):
    match {}:
        case dict(a, b):
            return 1
