# family: attributes
# source: typing introspection
# expect: completed ["<class 'int'>"]
import typing
def process_incoming(request):
    return [str(kind) for kind in typing.get_args(typing.List[int])]
