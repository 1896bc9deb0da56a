# family: time
# source: sandbox-design 2
# expect: timed-out
def process_incoming(request):
    def spin():
        try:
            while True:
                pass
        finally:
            return 1
    while True:
        spin()
