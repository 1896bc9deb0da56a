# family: time
# source: math.factorial
# expect: raised OverflowError
import math
def process_incoming(request):
    return math.factorial(10 ** 8) % 7
