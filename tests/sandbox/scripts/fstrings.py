# feature: conversions, widths, nested specs, expressions, escapes, debug form
# request: {}
# expect: ["   'ann'|", "1,234,567.89", "25.0%", "  1234567.89|", "    ann     |", "2", "{ann}", "name='ann'", "0xc 00001100 +12", "nested ann", "ann***", "3 1.000000e+10", "a1bc", "12          |", "['a', 'b']", "ann"]

def process_incoming(request):
    name, n, x, w = "ann", 1234567.891, 0.25, 12
    d = {"k": [1, 2]}
    return [
        f"{name!r:>8}|", f"{n:,.2f}", f"{x:.1%}", f"{n:{w}.{2}f}|", f"{name:^{w}}|", f"{d['k'][1]}", f"{{{name}}}", f"{name=}", f"{w:#x} {w:08b} {w:+d}",
        f"{'nested ' + f'{name}'}", f"{name!s:*<6}", f"{3.0:g} {1e10:e}", f"a{1}b" "c", f"{w!r:{w}}|", f"{[c for c in 'ab']}", f"{name if w else 0}",
    ]
