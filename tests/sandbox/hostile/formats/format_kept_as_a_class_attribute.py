# family: formats
# source: descriptors bind the raw method later
# expect: raised AttributeError
def process_incoming(request):
    class Text(str):
        run = str.format
    return Text("{0.__class__}").run(1)
