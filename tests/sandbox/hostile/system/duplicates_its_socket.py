# family: system
# source: another number for the same file
# expect: rejected import
import os
def process_incoming(request):
    os.dup2(3, 9)
    return "escaped"
