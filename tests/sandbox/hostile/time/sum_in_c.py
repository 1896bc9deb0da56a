# family: time
# source: sandbox-design 1: no signal handler runs
# expect: timed-out
def process_incoming(request):
    return sum(range(10 ** 12))
