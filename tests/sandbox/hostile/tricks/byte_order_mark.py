# family: tricks
# source: the first character is eaten
# expect: completed 1 | rejected syntax
def process_incoming(request):
    ﻿
    return 1
