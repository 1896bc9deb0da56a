# family: gadgets
# source: classes of the library are shared
# expect: raised TypeError
from datetime import datetime
def process_incoming(request):
    datetime.now = lambda: 0
