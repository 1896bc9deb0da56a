# feature: printf formatting of str and bytes
# request: {}
# expect: ["n-005- 3.14|ab    |ff %", "1 'x'", "    42", "k=3"]

def process_incoming(request):
    return ["%s-%03d-%5.2f|%-6s|%x %%" % ("n", 5, 3.14159, "ab", 255), "%(a)s %(b)r" % {"a": 1, "b": "x"}, "%*d" % (6, 42), (b"%s=%d" % (b"k", 3)).decode()]
