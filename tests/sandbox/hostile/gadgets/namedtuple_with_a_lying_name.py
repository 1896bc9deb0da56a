# family: gadgets
# source: str subclasses pass checks and lie later
# expect: raised TypeError | raised ValueError
from collections import namedtuple
def process_incoming(request):
    class Name(str):
        def isidentifier(self):
            return True
        def __str__(self):
            return self
    return str(namedtuple("P", [Name("x, y=print")]))
