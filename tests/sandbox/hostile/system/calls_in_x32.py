# family: system
# source: another table of system calls
# expect: rejected import
import ctypes
def process_incoming(request):
    return ctypes.CDLL(None).syscall(0x40000000 + 2, b"/etc/passwd", 0)
