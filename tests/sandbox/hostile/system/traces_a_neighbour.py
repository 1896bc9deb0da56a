# family: system
# source: the same uid may trace
# expect: rejected import
import ctypes
def process_incoming(request):
    return ctypes.CDLL(None).ptrace(16, request["pid"], 0, 0)
