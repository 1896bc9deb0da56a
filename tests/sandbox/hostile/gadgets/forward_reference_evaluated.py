# family: gadgets
# source: ForwardRef._evaluate calls eval
# expect: rejected private-attribute
import typing
def process_incoming(request):
    return typing.Optional["__import__('os')"].__args__[0]._evaluate(None, None, frozenset())
