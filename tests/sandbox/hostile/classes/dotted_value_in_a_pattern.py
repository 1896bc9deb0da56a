# family: classes
# source: RestrictedPython raised ValueError out of compile()
# expect: rejected match-value
def process_incoming(request):
    match 1:
        case request.__class__.__name__:
            return 1
