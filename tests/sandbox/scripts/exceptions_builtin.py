# feature: messages of ordinary errors as text
# request: {}
# expect: ["invalid literal for int() with base 10: 'x'", "list index out of range", "'a'", "division by zero", "unsupported operand type(s) for +: 'NoneType' and 'int'", "'str' object has no attribute 'nope'", "name 'undefined_name' is not defined", "tuple.index(x): x not in tuple", "object of type 'int' has no len()", "could not convert string to float: 'q'", "'ascii' codec can't encode character '\\xe9' in position 0: ordinal not in range(128)", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte", ""]

def process_incoming(request):
    out = []
    cases = [
        lambda: int("x"), lambda: [][0], lambda: {}["a"], lambda: 1 / 0, lambda: None + 1, lambda: "a".nope, lambda: undefined_name,
        lambda: (1, 2).index(9), lambda: len(5), lambda: float("q"), lambda: "é".encode("ascii"), lambda: b"\xff".decode(), lambda: next(iter([])),
    ]
    for case in cases:
        try:
            case()
        except Exception as error:
            out.append(str(error))
    return out
