# family: classes
# source: an object changes what it is
# expect: rejected dunder
def process_incoming(request):
    class Odd:
        pass
    Odd().__class__ = dict
