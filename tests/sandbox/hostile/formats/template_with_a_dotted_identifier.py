# family: formats
# source: string.Template subclasses choose their own pattern
# expect: raised KeyError
from string import Template
def process_incoming(request):
    class Dotted(Template):
        idpattern = r"[a-z_.]+"
    return Dotted("${x.__class__}").substitute({"x": 1})
