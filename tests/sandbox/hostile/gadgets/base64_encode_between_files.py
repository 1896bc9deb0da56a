# family: gadgets
# source: sandbox-facts 6.2
# expect: rejected open
import base64, io
def process_incoming(request):
    out = io.BytesIO()
    base64.encode(open(request["file"], "rb"), out)
    return str(out.getvalue())
