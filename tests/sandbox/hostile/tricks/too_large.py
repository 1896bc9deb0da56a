# family: tricks
# source: a source of megabytes
# expect: rejected source-size
# generate: "#" * 300000
