# feature: months and leap years
# request: {}
# expect: [[6, 28], true, "March", "Mon", 3, 1767225600, [0, 0, 0, 0, 0, 0, 1], "   February 2026\nMo Tu We Th Fr Sa Su\n                   1\n 2  3  4  5  6  7  8\n 9 10 11 12 13 14 15\n16 17 18 19 20 21 22\n23 24 25 26 27 28\n", [1, 2, 3, 4, 5, 6, 7], "    January 2026\nMo ", "Monday"]

import calendar

def process_incoming(request):
    return [calendar.monthrange(2026, 2), calendar.isleap(2028), calendar.month_name[3], calendar.day_abbr[0], calendar.weekday(2026, 1, 1), calendar.timegm((2026, 1, 1, 0, 0, 0)), calendar.monthcalendar(2026, 2)[0], calendar.month(2026, 2), calendar.Calendar(6).monthdayscalendar(2026, 2)[0], calendar.TextCalendar().formatmonth(2026, 1)[:20], list(calendar.day_name)[0]]
