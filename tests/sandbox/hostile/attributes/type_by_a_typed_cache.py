# family: attributes
# source: found here: the keys of lru_cache(typed=True) hold classes, and hashes of tuples can be made to meet
# expect: raised TypeError
import functools
M = (1 << 64) - 1
P1, P2, P5 = 11400714785074694791, 14029467366897019727, 2870177450012600261
C = P5 ^ 3527539
I1, I2 = pow(P1, -1, M + 1), pow(P2, -1, M + 1)
def step(acc, lane):
    x = (acc + (lane & M) * P2) & M
    return (((x << 31) | (x >> 33)) & M) * P1 & M
def back(after):
    x = (after * I1) & M
    return ((x >> 31) | (x << 33)) & M
class A:
    def __hash__(self):
        return 5
    def __eq__(self, other):
        return True
given = []
class Spy:
    number = 0
    def __hash__(self):
        return self.number
    def __eq__(self, other):
        given.append(other)
        return True
def process_incoming(request):
    @functools.lru_cache(typed=True)
    def f(*args):
        return 0
    class X:
        pass
    f(X)
    # how far type lies from int in the interpreter's own memory depends on its build
    for number in range(-2000, 2000):
        final = (step(step(P5, hash(X)), hash(int) + number) + (2 ^ C)) & M
        end = (final - (4 ^ C)) & M
        for kind in (Spy, A):
            end = (back(end) - hash(kind) * P2) & M
        lane = ((back(end) - step(P5, 5)) * I2) & M
        spy = Spy()
        spy.number = lane - (1 << 64) if lane >> 63 else lane
        f(A(), spy)
        if given:
            break
    return [repr(given[0]), repr(given[0](5))]
