# feature: the errors of str.format
# request: {}
# expect: ["Replacement index 1 out of range for positional args tuple", "'a'", "cannot switch from manual field specification to automatic field numbering", "Single '{' encountered in format string", "Unknown conversion specifier x", "Unknown format code 'd' for object of type 'str'", "Single '}' encountered in format string"]

def process_incoming(request):
    out = []
    for template, args in [("{} {}", (1,)), ("{a}", ()), ("{0} {}", (1, 2)), ("{", ()), ("{!x}", (1,)), ("{:d}", ("a",)), ("}", ())]:
        try:
            out.append(template.format(*args))
        except (IndexError, KeyError, ValueError) as error:
            out.append(str(error))
    return out
