# family: formats
# source: found here: a specification made at run time may be a subclass of str, which says how long it is
# expect: raised ValueError
class Short(str):
    def __len__(self):
        return 0
    def __format__(self, spec):
        return self
def process_incoming(request):
    return len(f"{1:{Short('>20000')}}")
