# feature: yield, send, return values, yield from, generator expressions, finally
# request: {}
# expect: [[10.0, 15.0, 30], ["first", "last"], ["got x", "closed"], 14, [2, 3]]

def averager():
    total = count = 0
    average = None
    while True:
        value = yield average
        if value is None:
            return total
        total += value
        count += 1
        average = total / count

def outer(log):
    result = yield from inner()
    log.append(result)
    try:
        yield "last"
    finally:
        log.append("closed")

def inner():
    got = yield "first"
    return f"got {got}"

def process_incoming(request):
    a = averager()
    next(a)
    sent = [a.send(10), a.send(20)]
    try:
        a.send(None)
    except StopIteration as stop:
        sent.append(stop.value)
    log = []
    g = outer(log)
    seen = [next(g), g.send("x")]
    g.close()
    return [sent, seen, log, sum(x * x for x in range(4)), list(x for y in ([1], [2, 3]) for x in y if x > 1)]
