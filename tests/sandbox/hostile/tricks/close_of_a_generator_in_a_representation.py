# family: tricks
# source: found here: the same, out of the representation of what an error was made with
# expect: raised KeyError
caught = []
class Catch:
    def __enter__(self):
        return self
    def __exit__(self, kind, value, trace):
        caught.append(kind)
def steps():
    with Catch():
        yield 1
class Odd:
    def __repr__(self):
        raise caught[0]
def process_incoming(request):
    left = steps()
    next(left)
    left.close()
    raise KeyError(Odd())
