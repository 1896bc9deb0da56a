# family: classes
# source: __del__ runs after the call
# expect: rejected magic-method
def process_incoming(request):
    class Odd:
        def __del__(self):
            print("escaped")
