# family: formats
# source: super() leads to the raw method
# expect: raised AttributeError
def process_incoming(request):
    class Text(str):
        def go(self):
            return super().format(1)
    return Text("{0.__class__}").go()
