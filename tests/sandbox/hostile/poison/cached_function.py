# family: poison
# source: functools.lru_cache lives in its function
# expect: completed 1
# calls: 2
from functools import cache
seen = []
@cache
def once():
    seen.append(1)
    return len(seen)
def process_incoming(request):
    return once()
