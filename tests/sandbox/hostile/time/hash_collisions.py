# family: time
# source: integers collide on purpose
# expect: timed-out
def process_incoming(request):
    modulus = 2 ** 61 - 1
    return len({n * modulus: 1 for n in range(100000)})
