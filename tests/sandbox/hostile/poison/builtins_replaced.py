# family: poison
# source: builtins are one mapping for all calls
# expect: completed 3
# calls: 2
def process_incoming(request):
    return len([1, 2, 3])
len2 = len
def len(value):
    return 3 if len2(value) == 3 else 5
