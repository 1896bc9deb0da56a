# family: formats
# source: the operator is guarded, its method is not
# expect: out-of-memory | output-too-large
def process_incoming(request):
    class Text(str):
        def wide(self):
            return super().__format__(">1000000000")
    return Text("x").wide()
