# family: tricks
# source: the transformer recurses
# expect: rejected too-complex | rejected syntax | rejected compile-limit
# generate: "def process_incoming(request):\n    return request" + ".a" * 20000 + "\n"
