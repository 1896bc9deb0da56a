# family: poison
# source: get_origin of Type[...] gives the class of the facades, which enters a new one for all
# expect: completed "1"
# calls: 2
import json
from typing import Type, get_origin
def process_incoming(request):
    if request["n"] == 0:
        try:
            get_origin(Type[int])(json)("json", {"dumps": lambda value: "poisoned", "loads": json.loads})
        except TypeError:
            pass
    return json.dumps(1)
