# family: time
# source: math.comb
# expect: raised OverflowError | timed-out
import math
def process_incoming(request):
    return math.comb(10 ** 9, 5 * 10 ** 8) % 7
