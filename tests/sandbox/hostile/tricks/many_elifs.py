# family: tricks
# source: elif nests in the tree
# expect: rejected too-complex | rejected compile-limit | rejected syntax
# generate: "def process_incoming(request):\n    if 0: pass\n" + "    elif 0: pass\n" * 10000
