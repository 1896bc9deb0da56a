# family: tricks
# source: int() of a literal is quadratic
# expect: rejected syntax
# generate: "def process_incoming(request):\n    return " + "9" * 100000 + "\n"
