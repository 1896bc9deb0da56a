# family: writes
# source: found here: super() in a class method finds a function, not a method: it writes to whatever it is given
# expect: completed "clean"
# calls: 2
import string
class Mine(string.Template):
    @classmethod
    def unbound(cls):
        return super().__init__
def process_incoming(request):
    if request["n"] == 0:
        try:
            Mine.unbound()(string.Template, "kept")
        except TypeError:
            pass
    return getattr(string.Template, "template", "clean")
