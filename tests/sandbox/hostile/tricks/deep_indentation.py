# family: tricks
# source: the tokenizer has a limit of its own
# expect: rejected syntax
# generate: "".join(" " * n + "if 1:\n" for n in range(300)) + " " * 300 + "pass\n"
