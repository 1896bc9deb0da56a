# family: classes
# source: isinstance asks the class
# expect: rejected magic-method
def process_incoming(request):
    class Odd:
        def __instancecheck__(self, other):
            return True
