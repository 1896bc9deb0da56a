# family: system
# source: process_vm_readv
# expect: rejected import
import ctypes
def process_incoming(request):
    buffer = ctypes.create_string_buffer(16)
    return ctypes.CDLL(None).process_vm_readv(request["pid"], buffer, 1, buffer, 1, 0)
