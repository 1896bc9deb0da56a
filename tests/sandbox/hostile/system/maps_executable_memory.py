# family: system
# source: machine code
# expect: rejected import
import ctypes
def process_incoming(request):
    place = ctypes.CDLL(None).mmap(None, 4096, 7, 0x22, -1, 0)
    return f"escaped {place}"
