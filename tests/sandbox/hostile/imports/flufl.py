# family: imports
# source: from __future__ import barry_as_FLUFL changes the grammar
# expect: completed 1
from __future__ import barry_as_FLUFL
def process_incoming(request):
    return 1
