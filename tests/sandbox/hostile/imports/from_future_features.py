# family: imports
# source: __future__ changes the compiler
# expect: raised ImportError | rejected syntax,import | completed 1
from __future__ import annotations, generator_stop
def process_incoming(request):
    return 1
