# family: gadgets
# source: ABCMeta.register outlives the call
# expect: raised AttributeError
import typing
def process_incoming(request):
    class Fake:
        pass
    typing.Hashable.register(Fake)
