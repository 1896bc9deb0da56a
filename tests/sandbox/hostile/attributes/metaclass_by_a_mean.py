# family: attributes
# source: found here: a mean is made by calling the class of the values, that of classes too; a metaclass makes any class
# expect: raised TypeError
import collections, statistics
class Total:
    def is_finite(self):
        return False
    def __add__(self, other):
        return self
    def __truediv__(self, other):
        return collections.ChainMap
class Number(int):
    def as_integer_ratio(self):
        raise ValueError
    def is_finite(self):
        return False
    def __radd__(self, other):
        return Total()
class Pretender:
    @staticmethod
    def as_integer_ratio():
        raise ValueError
    @staticmethod
    def is_finite():
        return False
def process_incoming(request):
    meta = statistics.mean([Number(1), Pretender])
    made = meta("Made", (), {"__getattribute__": lambda self, name: name})
    return [repr(meta), made().anything]
