# family: classes
# source: typing.get_origin of Type[...] is type itself, which makes classes without the class statement
# expect: raised TypeError
import json
from typing import Type, get_origin
def process_incoming(request):
    return get_origin(Type[int])("Made", (), {"__del__": json.dumps})
