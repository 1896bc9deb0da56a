# family: system
# source: bpf, io_uring, userfaultfd
# expect: rejected import
import ctypes
def process_incoming(request):
    return ctypes.CDLL(None).syscall(425, 1, 0)
