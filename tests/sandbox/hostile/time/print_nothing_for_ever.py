# family: time
# source: a log without end
# expect: timed-out | out-of-memory
def process_incoming(request):
    while True:
        print(end="")
