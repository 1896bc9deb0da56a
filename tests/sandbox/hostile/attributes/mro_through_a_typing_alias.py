# family: attributes
# source: found here: typing aliases forward plain attributes to the class behind them
# expect: raised AttributeError
import typing
def process_incoming(request):
    return str(typing.Type.mro(Exception))
