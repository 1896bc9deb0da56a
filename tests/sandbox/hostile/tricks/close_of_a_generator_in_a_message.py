# family: tricks
# source: found here: GeneratorExit, had from __exit__, comes out of the text of an error
# expect: raised Odd
caught = []
class Catch:
    def __enter__(self):
        return self
    def __exit__(self, kind, value, trace):
        caught.append(kind)
def steps():
    with Catch():
        yield 1
class Odd(Exception):
    def __str__(self):
        raise caught[0]
def process_incoming(request):
    left = steps()
    next(left)
    left.close()
    raise Odd()
