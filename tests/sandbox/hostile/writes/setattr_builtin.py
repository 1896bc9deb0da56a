# family: writes
# source: setattr writes unguarded
# expect: rejected setattr
import json
def process_incoming(request):
    setattr(json, "dumps", 1)
