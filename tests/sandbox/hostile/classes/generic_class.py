# family: classes
# source: PEP 695 binds names
# expect: rejected type-parameters | rejected syntax
def process_incoming(request):
    class Holder[T]:
        pass
