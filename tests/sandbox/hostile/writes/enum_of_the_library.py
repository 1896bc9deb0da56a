# family: writes
# source: classes are shared
# expect: raised TypeError
import re
def process_incoming(request):
    re.RegexFlag.A = 1
