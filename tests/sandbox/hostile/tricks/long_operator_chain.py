# family: tricks
# source: binary operators nest to the left
# expect: rejected too-complex | rejected compile-limit | rejected syntax
# generate: "def process_incoming(request):\n    return " + "1+" * 60000 + "1\n"
