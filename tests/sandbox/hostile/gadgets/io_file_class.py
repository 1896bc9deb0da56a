# family: gadgets
# source: io.FileIO opens files
# expect: raised AttributeError
import io
def process_incoming(request):
    return io.FileIO(request["file"]).read().decode()
