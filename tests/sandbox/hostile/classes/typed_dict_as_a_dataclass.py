# family: classes
# source: the keys of a TypedDict are any text, and a dataclass writes them into the text of __init__
# expect: raised TypeError
from dataclasses import dataclass
from typing import TypedDict
def process_incoming(request):
    Base = TypedDict("Base", {"x=print('out'), y": int})
    @dataclass
    class Note(Base):
        pass
    return 1
