# family: tricks
# source: the parser recurses
# expect: rejected syntax | rejected too-complex
# generate: "def process_incoming(request):\n    return " + "(" * 5000 + "1" + ")" * 5000 + "\n"
