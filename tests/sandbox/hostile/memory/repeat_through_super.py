# family: memory
# source: the operator is guarded, its method is not
# expect: out-of-memory
def process_incoming(request):
    class Text(str):
        def many(self):
            return super().__mul__(10 ** 10)
    return len(Text("x").many())
