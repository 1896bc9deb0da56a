# family: classes
# source: runs while other classes are made
# expect: rejected magic-method
def process_incoming(request):
    class Odd:
        def __set_name__(self, owner, name):
            owner.x = 1
