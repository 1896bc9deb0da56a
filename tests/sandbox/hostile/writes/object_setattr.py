# family: writes
# source: object.__setattr__ writes unguarded
# expect: rejected dunder
import json
def process_incoming(request):
    object.__setattr__(json, "dumps", 1)
