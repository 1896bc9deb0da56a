# family: system
# source: ctypes maps code
# expect: rejected import
import ctypes
def process_incoming(request):
    ctypes.CDLL("libcrypt.so.1")
    return "escaped"
