# family: gadgets
# source: typing.get_type_hints calls eval
# expect: rejected import
from typing import get_type_hints
def process_incoming(request):
    return 1
