# family: shadowing
# source: PEP 695 binds names
# expect: rejected type-parameters | rejected syntax
def process_incoming(request):
    def read[_getattr_](value):
        return value
