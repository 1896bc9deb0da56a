# family: classes
# source: PEP 750 template strings keep their expressions
# expect: rejected t-string | rejected syntax
def process_incoming(request):
    return t"{request}"
