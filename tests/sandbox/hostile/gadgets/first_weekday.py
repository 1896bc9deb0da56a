# family: gadgets
# source: a global of the calendar module
# expect: raised AttributeError
import calendar
def process_incoming(request):
    calendar.setfirstweekday(3)
