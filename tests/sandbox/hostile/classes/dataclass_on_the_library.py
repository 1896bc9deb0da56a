# family: classes
# source: decorators write onto what they get
# expect: raised TypeError
from dataclasses import dataclass
from collections import Counter
def process_incoming(request):
    dataclass(Counter)
