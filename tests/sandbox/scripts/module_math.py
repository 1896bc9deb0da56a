# feature: functions and constants
# request: {}
# expect: [2, -2, 3.1416, 4.0, 6, 3628800, true, 3.0, 5.0, 7.0, 10, 120, true, true, 1.0, -2, -1.0, 4, 180.0, 12]

import math
from math import ceil, floor, pi, sqrt

def process_incoming(request):
    return [ceil(1.2), floor(-1.2), round(pi, 4), sqrt(16), math.gcd(12, 18), math.factorial(10), math.isclose(0.1 + 0.2, 0.3), math.log(8, 2), math.hypot(3, 4), math.prod([2, 3.5]), math.comb(5, 2), math.perm(5), math.inf > 1, math.isnan(math.nan), math.fsum([0.1] * 10), math.trunc(-2.7), math.copysign(1, -0.0), math.isqrt(17), math.degrees(math.pi), math.lcm(4, 6)]
