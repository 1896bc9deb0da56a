# family: poison
# source: lru_cache in fractions
# expect: completed true
# calls: 2
from fractions import Fraction
def process_incoming(request):
    return hash(Fraction(1, 3)) == hash(Fraction(2, 6))
