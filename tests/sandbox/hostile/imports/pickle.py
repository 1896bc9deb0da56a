# family: imports
# source: pickle runs what it reads
# expect: rejected import
import pickle
def process_incoming(request):
    return 1
