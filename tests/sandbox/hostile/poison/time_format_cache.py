# family: poison
# source: found here: strptime keeps patterns by keys that a script made
# expect: completed 2026
# calls: 2
import time
def process_incoming(request):
    class Text(str):
        def __hash__(self):
            return hash("%Y~%m")
        def __eq__(self, other):
            return True
    if request["n"] == 0:
        time.strptime("01~2026", Text("%m~%Y"))
    return time.strptime("2026~01", "%Y~%m").tm_year
