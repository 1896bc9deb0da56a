# family: classes
# source: dataclasses write the attributes of a Field into the text of __init__
# expect: rejected import
from dataclasses import Field, dataclass
class Mine(Field):
    pass
def process_incoming(request):
    return 1
