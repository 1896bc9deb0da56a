# family: tricks
# source: the compiler recurses
# expect: rejected too-complex | rejected syntax | rejected compile-limit
# generate: "def process_incoming(request):\n    return " + "-" * 50000 + "1\n"
