# family: attributes
# source: the compiler's implicit __class__ cell
# expect: rejected private-name
def process_incoming(request):
    class Holder:
        def walk(self):
            return __class__
    return str(Holder().walk())
