# family: tricks
# source: editors and parsers count lines differently
# expect: rejected import | rejected syntax
def process_incoming(request):
    #import os
    return 1
