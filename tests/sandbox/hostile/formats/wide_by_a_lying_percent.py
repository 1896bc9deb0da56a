# family: formats
# source: found here: widths given to % as numbers are looked at, by what they say of themselves or in an order of their own
# expect: completed ["ValueError", "ValueError"]
class Small(int):
    def __abs__(self):
        return 0
class Empty(tuple):
    def __iter__(self):
        return iter(())
def process_incoming(request):
    ends = []
    for values in ((Small(20000), 1), Empty((20000, 1))):
        try:
            ends.append(len("%*d" % values))
        except ValueError:
            ends.append("ValueError")
    return ends
