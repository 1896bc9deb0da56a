# family: classes
# source: copy and pickle call it
# expect: rejected magic-method
def process_incoming(request):
    class Odd:
        def __reduce__(self):
            return print, ("escaped",)
