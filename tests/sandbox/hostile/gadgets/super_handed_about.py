# family: gadgets
# source: super as a value, called by C with a class of the library
# expect: raised TypeError
import io
from functools import partial, reduce
def process_incoming(request):
    return [one.getbuffer().nbytes for one in map(super, [io.BytesIO], [io.BytesIO(b"abc")])]
