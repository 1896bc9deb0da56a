# family: time
# source: a log without end
# expect: timed-out
def process_incoming(request):
    while True:
        print("x" * 1000)
