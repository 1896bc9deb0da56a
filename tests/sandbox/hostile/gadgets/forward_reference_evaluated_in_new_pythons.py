# family: gadgets
# source: annotationlib: ForwardRef.evaluate is public
# expect: raised AttributeError
import typing
def process_incoming(request):
    kind = typing.get_args(typing.List["__import__('os')"])[0]
    return str(kind.evaluate())
