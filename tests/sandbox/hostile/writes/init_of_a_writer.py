# family: writes
# source: found here: super() in a class method finds a function, not a method: it writes to whatever it is given
# expect: completed "clean"
# calls: 2
import csv, io
class Mine(csv.DictWriter):
    @classmethod
    def unbound(cls):
        return super().__init__
def process_incoming(request):
    if request["n"] == 0:
        try:
            Mine.unbound()(csv.Sniffer, io.StringIO(), ["kept"])
        except TypeError:
            pass
    return getattr(csv.Sniffer, "fieldnames", "clean")
