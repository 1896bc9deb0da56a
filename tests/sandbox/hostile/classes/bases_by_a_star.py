# family: classes
# source: bases that are known at run time only
# expect: raised TypeError
import json
from typing import Type
def process_incoming(request):
    class Made(*[Type[int]]):
        def __init__(self, name):
            self.name = name
    return Made("x").name
