# family: memory
# source: sandbox-facts 5.1
# expect: out-of-memory | raised OverflowError
def process_incoming(request):
    value = [0] * 1000
    while True:
        value *= 1000
