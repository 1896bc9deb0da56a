# feature: rational numbers
# request: {}
# expect: ["1/2", 1, 0.5, "1/2", "1/4", true, "311/99", "3/2"]

from fractions import Fraction

def process_incoming(request):
    f = Fraction(1, 3) + Fraction("1/6")
    return [str(f), f.numerator, float(f), str(Fraction(0.5)), str(f**2), f > 0.4, str(Fraction(3.14159).limit_denominator(100)), str(f * 3)]
