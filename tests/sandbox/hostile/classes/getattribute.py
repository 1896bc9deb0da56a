# family: classes
# source: objects that lie about their attributes
# expect: rejected magic-method
def process_incoming(request):
    class Odd:
        def __getattribute__(self, name):
            return 1
