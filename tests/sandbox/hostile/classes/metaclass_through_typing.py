# family: classes
# source: found here: typing.Type resolves to a base class that is type
# expect: raised TypeError
import typing
def process_incoming(request):
    class Meta(typing.Type):
        def mine(cls):
            return "escaped"
    class Holder(Meta("Base", (), {})):
        pass
    return Holder.mine()
