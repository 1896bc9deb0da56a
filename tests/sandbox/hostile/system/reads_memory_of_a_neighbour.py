# family: system
# source: /proc/PID/mem
# expect: rejected import
import os
def process_incoming(request):
    return str(os.open(f"/proc/{request['pid']}/mem", os.O_RDONLY))
