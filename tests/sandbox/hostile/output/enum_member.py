# family: output
# source: exact types only
# expect: raised BadResult
from enum import IntEnum
def process_incoming(request):
    class Colour(IntEnum):
        RED = 1
    return Colour.RED
