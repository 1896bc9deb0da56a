# family: poison
# source: re.RegexFlag keeps combinations
# expect: completed 10
# calls: 2
import re
def process_incoming(request):
    return (re.I | re.M).value
