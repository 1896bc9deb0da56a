# family: system
# source: the zygote forks everyone's cells
# expect: rejected import
import os
def process_incoming(request):
    os.kill(os.getppid(), 9)
    return "escaped"
