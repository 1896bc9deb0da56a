# family: time
# source: hooks of class Script run its constructor
# expect: timed-out
class Script:
    def __init__(self):
        while True:
            pass
    def process_incoming(self, request):
        return 1
