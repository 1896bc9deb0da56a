# family: shadowing
# source: a class body may give a magic method a second name, and no other private one
# expect: rejected private-name
def process_incoming(request):
    class Made:
        __init_subclass__ = print
        __getattr__ = getattr
        __build_class__ = print
    return 1
