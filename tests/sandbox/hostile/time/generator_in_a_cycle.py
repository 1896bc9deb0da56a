# family: time
# source: sandbox-design 2: only the collector finds it
# expect: timed-out
def process_incoming(request):
    def spin(holder):
        try:
            yield 1
        finally:
            while True:
                pass
    holder = []
    holder.append(spin(holder))
    next(holder[0])
    return 1
