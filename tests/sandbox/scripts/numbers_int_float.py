# feature: methods and special values of numbers
# request: {}
# expect: [true, true, 0.30000000000000004, -4, -1, 2, 1267650600228229401496703205376, 41, 1000000, "0x1.c000000000000p+1", [1, 2], -12, 33333333333333333333]

def process_incoming(request):
    inf = float("inf")
    return [1e308 * 10 == inf, float("nan") != float("nan"), 0.1 + 0.2, 7 // -2, 7 % -2, -7 % 3, 2**100, 0x1F + 0b11 + 0o7, 1_000_000, 3.5.hex(), (0.5).as_integer_ratio(), int("-12"), 10**20 // 3]
