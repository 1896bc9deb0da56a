# family: gadgets
# source: the same of io.BytesIO, with a base between
# expect: raised AttributeError
import io
class Between:
    def buffer(self):
        return super().getbuffer()
class Stream(Between, io.BytesIO):
    pass
def process_incoming(request):
    return Stream(b"abc").buffer().nbytes
