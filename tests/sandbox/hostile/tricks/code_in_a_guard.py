# family: tricks
# source: expressions hide in unusual places
# expect: rejected eval
def process_incoming(request):
    match 1:
        case x if eval("1"):
            return x
