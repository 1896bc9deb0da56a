# family: gadgets
# source: field names reach exec
# expect: rejected import
from dataclasses import make_dataclass
def process_incoming(request):
    return 1
