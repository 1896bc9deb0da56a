# family: attributes
# source: typing aliases keep the class they stand for
# expect: rejected dunder
import typing
def process_incoming(request):
    return str(typing.List.__origin__)
