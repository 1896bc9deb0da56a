# family: attributes
# source: typing.Type stands for the builtin type
# expect: raised TypeError
import typing
def process_incoming(request):
    return str(typing.Type(1))
