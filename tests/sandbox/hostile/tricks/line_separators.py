# family: tricks
# source: str.splitlines and the tokenizer disagree
# expect: completed 1 | rejected syntax
def process_incoming(request):
    #  import os
    return 1
