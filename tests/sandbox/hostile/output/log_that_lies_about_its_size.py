# family: output
# source: found here: print joins with a separator that a script made
# expect: completed 1
def process_incoming(request):
    class Text(str):
        def __len__(self):
            return 0
        def isascii(self):
            return True
        def join(self, parts):
            return Text("x" * 1000000)
    for i in range(5):
        print(1, 2, sep=Text(" "), end="")
    return 1
