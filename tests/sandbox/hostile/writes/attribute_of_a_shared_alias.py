# family: writes
# source: typing aliases take attributes
# expect: raised TypeError
import typing
def process_incoming(request):
    typing.List.escaped = 1
