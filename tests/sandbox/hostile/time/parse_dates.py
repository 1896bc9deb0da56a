# family: time
# source: strptime compiles patterns
# expect: timed-out
from datetime import datetime
def process_incoming(request):
    while True:
        try:
            datetime.strptime("x", "%Y" * 30)
        except Exception:
            pass
