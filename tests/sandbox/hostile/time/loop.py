# family: time
# source: sandbox-facts 5.1
# expect: timed-out
def process_incoming(request):
    while True:
        pass
