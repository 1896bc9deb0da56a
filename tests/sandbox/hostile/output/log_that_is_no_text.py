# family: output
# source: found here: print joins with a separator that a script made
# expect: raised TypeError
def process_incoming(request):
    class Text(str):
        def join(self, parts):
            return Odd()
    class Odd:
        def __add__(self, other):
            return self
    print(1, 2, sep=Text(" "))
    return 1
