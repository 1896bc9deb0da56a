# family: poison
# source: found here: a method of the library that is written in Python writes to whatever self it is given
# expect: completed "nothing"
# calls: 2
import calendar
class Kept(int):
    note = "from the first call"
    def __mod__(self, other):
        return self.note
def process_incoming(request):
    try:
        if request["n"] == 0:
            calendar.Calendar.setfirstweekday(calendar.Calendar, Kept(5))
        return calendar.Calendar.getfirstweekday(calendar.Calendar)
    except (AttributeError, TypeError):
        return "nothing"
