# family: time
# source: large repeats compile slowly
# expect: timed-out | completed true | raised error
import re
def process_incoming(request):
    return bool(re.compile("((((a{0,100}){0,100}){0,100}){0,100}){0,100}"))
