# family: attributes
# source: found here: typing.Type resolves to a base class that is type
# expect: raised TypeError
import typing
def process_incoming(request):
    class Meta(typing.Type):
        pass
    return str(Meta("Made", (), {"__del__": lambda self: None}))
