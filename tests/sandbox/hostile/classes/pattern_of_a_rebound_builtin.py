# family: classes
# source: the name of a pattern's class is looked up at run time
# expect: rejected match-class
def process_incoming(request):
    str = object
    match (x for x in []):
        case str(found):
            return 1
