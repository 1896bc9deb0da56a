# family: classes
# source: the class of a field() as a base, found through typing
# expect: raised TypeError | raised AttributeError
from dataclasses import dataclass, field, fields
from typing import get_args, List
def process_incoming(request):
    class Mine(field()):
        name = "x=print('out'), y"
    @dataclass
    class Note:
        x: int = Mine()
    return fields(Note)[0].name
