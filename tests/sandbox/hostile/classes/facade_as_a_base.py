# family: classes
# source: found here: the class of a base is called with three arguments
# expect: raised TypeError
import json
def process_incoming(request):
    class Odd(json):
        pass
    return "escaped"
