# family: gadgets
# source: io.BytesIO.getbuffer gives a memoryview
# expect: raised AttributeError
import io
def process_incoming(request):
    return str(io.BytesIO(b"x").getbuffer())
