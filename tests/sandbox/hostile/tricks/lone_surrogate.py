# family: tricks
# source: text that has no UTF-8 form
# expect: rejected encoding | rejected syntax
# generate: "x = '\ud800'\n"
