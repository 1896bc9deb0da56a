# family: formats
# source: C code calls what it is given
# expect: raised AttributeError
import json
def process_incoming(request):
    class Odd:
        pass
    return json.dumps(Odd(), default="{0.__class__}".format)
