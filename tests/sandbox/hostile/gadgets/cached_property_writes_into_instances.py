# family: gadgets
# source: sandbox-facts 6.2
# expect: raised TypeError
from functools import cached_property
import json
def process_incoming(request):
    class Holder:
        dumps = cached_property(lambda self: 1)
    class Facade(cached_property):
        pass
    kept = cached_property(lambda value: 1)
    Holder.kept = kept
    return json.dumps(super(Holder, json).dumps)
