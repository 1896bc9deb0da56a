# family: system
# source: machine code
# expect: rejected import
import mmap
def process_incoming(request):
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    return "escaped"
