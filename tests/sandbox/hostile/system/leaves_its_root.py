# family: system
# source: namespaces give capabilities
# expect: rejected import
import ctypes
def process_incoming(request):
    return "escaped" if ctypes.CDLL(None).unshare(0x10000000) == 0 else "refused"
