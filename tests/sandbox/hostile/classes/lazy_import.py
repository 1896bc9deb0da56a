# family: classes
# source: PEP 810
# expect: rejected syntax
def process_incoming(request):
    lazy import os
