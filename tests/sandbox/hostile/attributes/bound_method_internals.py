# family: attributes
# source: __func__ and __globals__ of a method
# expect: rejected dunder
def process_incoming(request):
    class Holder:
        def method(self):
            return 1
    return str(Holder().method.__func__.__globals__)
