# feature: exact arithmetic, rounding, contexts
# request: {}
# expect: ["0.3", "0.33333", "0.1428571429", "2.68", true, "1,234.50", 7, "1024", true, "3.3"]

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, getcontext, localcontext

def process_incoming(request):
    with localcontext() as context:
        context.prec = 5
        third = str(Decimal(1) / 3)
    getcontext().prec = 10
    try:
        Decimal("x")
    except InvalidOperation:
        bad = True
    return [str(Decimal("0.1") + Decimal("0.2")), third, str(Decimal(1) / 7), str(Decimal("2.675").quantize(Decimal("0.01"), ROUND_HALF_UP)), bad, f"{Decimal('1234.5'):,.2f}", int(Decimal("7.9")), str(Decimal(2) ** 10), Decimal("1.0") == 1, str(sum([Decimal("1.1")] * 3))]
