# feature: module variables read and rebound with global
# request: {}
# expect: [6, [0, 1, 2, 3]]

TOTAL = 0
SEEN: list = []

def add(n):
    global TOTAL
    TOTAL += n
    SEEN.append(n)

def process_incoming(request):
    for n in range(4):
        add(n)
    return [TOTAL, SEEN]
