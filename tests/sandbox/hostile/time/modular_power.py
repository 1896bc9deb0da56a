# family: time
# source: pow with three arguments
# expect: timed-out
def process_incoming(request):
    return pow(3, (1 << 900000) - 1, (1 << 900000) - 3)
