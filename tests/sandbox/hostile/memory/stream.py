# family: memory
# source: io.BytesIO seeks beyond its end
# expect: out-of-memory
import io
def process_incoming(request):
    stream = io.BytesIO()
    stream.seek(10 ** 10)
    stream.write(b"x")
    return 1
