# family: time
# source: sandbox-facts 5.1
# expect: timed-out
while True:
    pass
def process_incoming(request):
    return 1
