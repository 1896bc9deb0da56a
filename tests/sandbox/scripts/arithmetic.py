# feature: operators on ints, floats, precedence, divmod, round, bit operators
# request: {}
# expect: [[22, 12, 85, 3.4, 3, 2, 1419857, -4, 3, 136, 8, 1, 21, 20, -18], [-4, 1], 2, 3.14, 3, 1024, 1, 0.01]

def process_incoming(request):
    a, b = 17, 5
    parts = [a + b, a - b, a * b, a / b, a // b, a % b, a**b, -a // b, -a % b, a << 3, a >> 1, a & b, a | b, a ^ b, ~a]
    return [parts, divmod(-7, 2), round(2.5), round(3.14159, 2), abs(-3), pow(2, 10), pow(3, 4, 5), 10 ** -2]
