# family: output
# source: orjson serialises dates by itself
# expect: raised BadResult
from datetime import date
def process_incoming(request):
    return [date(2026, 1, 1)]
