# family: tricks
# source: diagnostics without end
# expect: rejected private-name
# generate: "_a = 1\n" * 5000
