# family: writes
# source: found here: super() of None is bound to nothing, and its own __init__ could be had
# expect: raised TypeError
class Mine:
    def unbound(self):
        return super().__init__
def process_incoming(request):
    return Mine.unbound(None)
