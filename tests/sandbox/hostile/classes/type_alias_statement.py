# family: classes
# source: PEP 695 evaluates lazily in a scope of its own
# expect: rejected type-parameters | rejected syntax
def process_incoming(request):
    type Name = list[int]
