# family: tricks
# source: the tokenizer resets indentation
# expect: rejected import | rejected syntax
def process_incoming(request):
    import os
