# family: writes
# source: RestrictedPython checks every store
# expect: raised TypeError
import json
def process_incoming(request):
    class Giver:
        def __enter__(self):
            return 1
        def __exit__(self, *rest):
            return False
    with Giver() as json.dumps:
        pass
