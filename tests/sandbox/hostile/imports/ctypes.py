# family: imports
# source: ctypes calls anything
# expect: rejected import
import ctypes
def process_incoming(request):
    return 1
