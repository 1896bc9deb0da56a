# family: writes
# source: found here: super() in a class method finds a function, not a method: it writes to whatever it is given
# expect: completed "clean"
# calls: 2
import calendar
class Mine(calendar.IllegalMonthError):
    @classmethod
    def unbound(cls):
        return super().__init__
def process_incoming(request):
    if request["n"] == 0:
        try:
            Mine.unbound()(calendar.monthrange, "kept")
        except TypeError:
            pass
    return getattr(calendar.monthrange, "month", "clean")
