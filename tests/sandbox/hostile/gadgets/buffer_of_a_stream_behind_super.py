# family: gadgets
# source: super(BytesIO, x) is the method behind the facade's own
# expect: raised TypeError
import io
def process_incoming(request):
    return super(io.BytesIO, io.BytesIO(b"abc")).getbuffer().nbytes
