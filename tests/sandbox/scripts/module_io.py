# feature: StringIO and BytesIO
# request: {}
# expect: ["a\n", ["b", "c"], "a\nb", "bc", "abc", "x-1!", "q", 3]

import io

def process_incoming(request):
    s = io.StringIO("a\nb\nc")
    first = s.readline()
    rest = [line.strip() for line in s]
    s.seek(0)
    b = io.BytesIO()
    b.write(b"abc")
    b.seek(1)
    out = io.StringIO()
    print("x", 1, sep="-", end="!", file=out)
    with io.StringIO() as closing:
        closing.write("q")
        q = closing.getvalue()
    return [first, rest, s.read(3), b.read().decode(), b.getvalue().decode(), out.getvalue(), q, s.tell()]
