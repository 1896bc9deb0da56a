# family: time
# source: sandbox-design 2
# expect: timed-out
def process_incoming(request):
    while True:
        try:
            while True:
                pass
        finally:
            continue
