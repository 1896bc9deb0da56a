# family: formats
# source: typing aliases forward attributes
# expect: raised AttributeError
import typing
def process_incoming(request):
    return typing.Text.format("{0.__class__}", 1)
