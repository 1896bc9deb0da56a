# family: tricks
# source: small source, large code
# expect: completed 1 | rejected compile-limit | rejected too-complex
# generate: "def process_incoming(request):\n    return 1\n" + "".join(f"x = '{chr(256 + n % 20000)}' * 4000\n" for n in range(6000))
