# family: memory
# source: copies multiply
# expect: out-of-memory | timed-out
import copy
def process_incoming(request):
    kept = [["x" * 1000 + str(n)] for n in range(1000)]
    while True:
        kept = kept + copy.deepcopy(kept)
