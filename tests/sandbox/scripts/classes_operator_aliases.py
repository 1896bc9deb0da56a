# feature: a magic method that is another under a second name, and None for one that is not there
# request: {}
# expect: ["Money(6)", "Money(3)", "unhashable type: 'Money'"]

class Money:
    def __init__(self, cents):
        self.cents = cents

    def __mul__(self, factor):
        return Money(self.cents * factor)

    __rmul__ = __mul__

    def __str__(self):
        return f"Money({self.cents})"

    __repr__ = __str__
    __hash__ = None


def process_incoming(request):
    try:
        hash(Money(1))
    except TypeError as error:
        return [str(2 * Money(3)), repr(Money(3)), str(error)]
