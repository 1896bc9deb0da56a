# family: gadgets
# source: copy + __reduce_ex__ is an unguarded setattr
# expect: rejected magic-method
import copy
def process_incoming(request):
    class Odd:
        def __reduce_ex__(self, protocol):
            return (print, ("escaped",))
    return str(copy.deepcopy(Odd()))
