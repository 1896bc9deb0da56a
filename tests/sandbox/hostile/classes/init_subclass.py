# family: classes
# source: runs while other classes are made
# expect: rejected magic-method
def process_incoming(request):
    class Odd:
        def __init_subclass__(cls):
            pass
