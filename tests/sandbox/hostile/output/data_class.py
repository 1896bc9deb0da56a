# family: output
# source: orjson serialises data classes by itself
# expect: raised BadResult
from dataclasses import dataclass
def process_incoming(request):
    @dataclass
    class Holder:
        x: int = 1
    return Holder()
