# feature: assignment expressions in if, while and comprehensions
# request: {}
# expect: ["42", 3, 2]

import re

def process_incoming(request):
    out = []
    if (m := re.search(r"(\d+)", "abc 42")) is not None:
        out.append(m[1])
    data = [1, 2, 3]
    while (n := len(data)) > 1:
        data.pop()
        out.append(n)
    return out
