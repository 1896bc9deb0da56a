# family: attributes
# source: RestrictedPython pull request 282
# expect: raised TypeError
def process_incoming(request):
    class Name(str):
        def startswith(self, *rest):
            return False
        def __eq__(self, other):
            return False
        def __hash__(self):
            return 0
    return str(getattr((), Name("__class__")))
