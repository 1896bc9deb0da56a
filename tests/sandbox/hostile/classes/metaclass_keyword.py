# family: classes
# source: metaclasses decide what a class is
# expect: rejected metaclass
def process_incoming(request):
    class Holder(metaclass=object):
        pass
